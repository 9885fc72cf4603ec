import { kernels } from "../kernels/kernels.ts";
import { linearMemory } from "../memory/linear_memory.ts";
import { Pool } from "../pool/pool.ts";
import { capabilities, type Capability, machineMemory } from "../runtime/capabilities.ts";
import { runtime } from "../runtime/current.ts";
import { printLine } from "../runtime/terminal.ts";
import { formatBytes } from "./byte_size.ts";
import { ExitCode } from "./exit_code.ts";

// A final sigma, a letter that grows, a letter of each UTF-8 length.
const SAMPLE = "ΟΔΟΣ, İ Ä Ж Ⱥ \u{10400}!";
const LOWERED = "οδος, i\u0307 ä ж ⱥ \u{10428}!";

/** Milliseconds that a worker may take to start and answer. */
const WORKER_DEADLINE = 10_000;

/** Runs `manyhands doctor`; resolves with the exit code, which is 1 if anything is missing. */
export async function doctorCommand(): Promise<number> {
  const memory = machineMemory();
  const checks: Capability[] = [
    ...capabilities(),
    await attempt("linear memory", () => `${formatBytes(linearMemory().buffer.byteLength)} shared, up to 4 GiB`),
    await attempt("lower-case kernel", () => {
      const found = kernels.lowercase(SAMPLE);
      if (found !== LOWERED) throw new Error(`expected ${LOWERED}, found ${found}`);
      return "exact on the self-test (Unicode 17.0)";
    }),
    await attempt("workers", workerTest),
  ];
  const lines = [
    ["runtime", `${runtime.name} ${runtime.version}`],
    ["cores", `${runtime.cores()}`],
    ["memory", `${formatBytes(memory.total)}, ${formatBytes(memory.free)} free`],
    ...checks.map(({ name, ok, found }) => [name, `${ok ? "yes" : "NO"}: ${found}`]),
  ];
  const width = Math.max(...lines.map(([name]) => name!.length));
  for (const [name, found] of lines) await printLine(`${name!.padEnd(width)}  ${found}`);
  return checks.every(({ ok }) => ok) ? ExitCode.done : ExitCode.failed;
}

async function attempt(name: string, test: () => string | Promise<string>): Promise<Capability> {
  try {
    return { name, ok: true, found: await test() };
  } catch (error) {
    return { name, ok: false, found: (error as Error).message };
  }
}

/** Starts a worker of the form that this runtime uses and has it lower-case the sample. */
async function workerTest(): Promise<string> {
  const pool = new Pool(1);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${WORKER_DEADLINE} ms`)), WORKER_DEADLINE);
    });
    const found = await Promise.race([pool.apply(kernels.lowercase, [SAMPLE]), late]);
    if (found !== LOWERED) throw new Error(`expected ${LOWERED}, found ${String(found)}`);
    return "a worker ran the kernel on the shared memory";
  } finally {
    clearTimeout(timer);
    await pool.terminate();
  }
}
