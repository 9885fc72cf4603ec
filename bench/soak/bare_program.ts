/**
 * The control of the soak: `bare_program.ts MINUTES SEED CODE`. Threads, processes and sockets come and go without this package. What grows
 * here is the runtime's own; the last lines say how much, by the same judgement.
 */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { Worker as NodeWorker } from "node:worker_threads";
import { collectGarbage } from "./collect_garbage.ts";
import { codeDropper, residentWithoutCode } from "./compiled_code.ts";
import { Looks } from "./looks.ts";
import { Random } from "./random.ts";
import { findings } from "./report.ts";
import { choose } from "./step.ts";
import { usage } from "./usage.ts";

const LANES = 3;
const SAMPLE_MS = 1000;

/** As many as the classes have that a worker of a pool makes things of. */
const FIELDS = 80;
const fields = Array.from({ length: FIELDS }, (_, i) => `#field${i} = ${i};`).join(" ");

const code = `import process from "node:process";
import { AsyncLocalStorage } from "node:async_hooks";
import net from "node:net";
class Fields { ${fields} }
globalThis.kept = [new Fields(), new AsyncLocalStorage(), net, Array.from({ length: 5000 }, (_, i) => ({ i, text: "x" + i }))];
setTimeout(() => process.exit(9), 5);`;
/** Reads from a socket of its own, as the thread of a manager does. */
const readingCode = `import process from "node:process";
import net from "node:net";
const server = net.createServer((one) => one.on("data", (bytes) => one.end(bytes)));
server.listen(0, "127.0.0.1", () => {
  const client = net.connect(server.address().port, "127.0.0.1");
  client.on("data", () => {}).on("close", () => server.close(() => process.exit(9))).write("x");
});`;

/** A web worker, which Bun alone tells the end of, and which is what this package starts there. */
interface BunWorker {
  addEventListener(type: "close", listener: () => void): void;
}
type BunWorkerClass = new (url: string) => BunWorker;

const bunWorker = process.versions["bun"] === undefined
  ? undefined
  : (globalThis as unknown as { Worker: BunWorkerClass }).Worker;

const thread = (): Promise<void> => run(code);
const readingThread = (): Promise<void> => run(readingCode);

function run(module: string): Promise<void> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(module)}`);
  return new Promise((resolve) => {
    if (bunWorker === undefined) new NodeWorker(url).on("exit", () => resolve());
    else new bunWorker(url.href).addEventListener("close", resolve);
  });
}

/** A process that waits for its input, and is killed. */
function child(): Promise<void> {
  return new Promise((resolve, reject) => {
    const started = spawn("cat", [], { stdio: ["pipe", "ignore", "ignore", "pipe"] });
    started.stdin!.on("error", () => {});
    started.on("error", reject);
    started.on("exit", () => resolve());
    started.kill("SIGKILL");
  });
}

async function socket(): Promise<void> {
  const server = createServer((one) => one.on("error", () => {}).on("data", (bytes) => one.write(bytes)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {}).on("data", () => client.end()).write("x");
  await new Promise((resolve) => client.on("close", resolve));
  await new Promise((resolve) => server.close(resolve));
}

const [minutes, seed] = process.argv.slice(2, 4).map(Number) as [number, number];
const dropsCode = process.argv[4] === "drop";
const random = new Random(seed);
const tally = { calls: 0, lost: 0, kills: 0, late: 0 };
await thread();
collectGarbage();
const before = usage();
const looks = new Looks(Math.ceil(minutes * 60) + 60, before);
const began = performance.now();
const end = began + minutes * 60_000;
const dropCode = dropsCode ? codeDropper() : undefined;
const sampler = setInterval(() => {
  collectGarbage();
  looks.add((performance.now() - began) / 60_000, usage());
  dropCode?.();
}, SAMPLE_MS);
const lane = async (): Promise<void> => {
  while (performance.now() < end) {
    const step = choose([thread, readingThread, child, socket], random);
    await step();
    tally.calls++;
    if (step !== socket) tally.kills++;
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
clearInterval(sampler);
collectGarbage();
const { lines, problems } = findings(looks.toArray(), before, usage(), tally);
for (const line of lines) console.log(`  ${line}`);
const withoutCode = await residentWithoutCode();
if (withoutCode !== undefined) console.log(`  ${withoutCode} KiB when the main thread had dropped its compiled code`);
for (const problem of problems) console.log(`  the runtime's own: ${problem}`);
process.exit(0);
