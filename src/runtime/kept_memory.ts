import { process } from "./host_process.ts";

/** A buffer that can give its bytes up at once, as from V8 11.4 on. */
interface Transferable {
  transfer?(length: number): ArrayBuffer;
}

/** The largest block from which glibc learns, with room for its header: 32 MiB in all. */
const LARGEST_BLOCK = (32 << 20) - 8192;

/**
 * Lets this process keep what it frees, for what it allocates next. What lies free at the end of one of its arenas glibc
 * gives back to the system, all but twice the largest block that it once had from the system by itself and gave back; each
 * page that is taken again is a fault and has to be cleared. One block of 32 MiB, of which no byte is touched, makes that
 * 64 MiB, as in any program that has freed so large a buffer. Without effect where there is no glibc.
 */
export function keepFreedMemory(): void {
  const { transfer } = ArrayBuffer.prototype as Transferable;
  if (process.platform !== "linux" || transfer === undefined) return;
  try {
    transfer.call(new ArrayBuffer(LARGEST_BLOCK), 0);
  } catch (error) {
    // Where so much address space is not allowed, nothing changes.
    if (!(error instanceof RangeError)) throw error;
  }
}
