interface Deno {
  dlopen(
    library: string,
    symbols: { mallinfo2: { parameters: []; result: { struct: "usize"[] } } },
  ): { symbols: { mallinfo2(): Uint8Array<ArrayBuffer> } };
}

/** Of the figures of `struct mallinfo2`: the bytes in mappings of their own, and those in use in all arenas. */
const [FIGURES, MAPPED, IN_USE] = [10, 4, 7];

const mallinfo = find();

/** glibc has it, and Deno alone lets a program ask. */
function find(): (() => Uint8Array<ArrayBuffer>) | undefined {
  const { Deno } = globalThis as { Deno?: Deno };
  const result = { struct: Array.from({ length: FIGURES }, () => "usize" as const) };
  try {
    return Deno?.dlopen("libc.so.6", { mallinfo2: { parameters: [], result } }).symbols.mallinfo2;
  } catch {
    return undefined;
  }
}

/** KiB that the C library's allocator has given out and not got back; 0 where that is not known. */
export function allocatedKib(): number {
  if (mallinfo === undefined) return 0;
  const figures = new BigUint64Array(mallinfo().buffer);
  return Math.round(Number(figures[MAPPED]! + figures[IN_USE]!) / 1024);
}
