import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";

/** A folder of control groups (version 2) that this user may write to and that hands on its memory, or undefined. */
const root = process.env["MANYHANDS_CGROUP"];

/** Why no control group can be made, or false. */
export const noMemoryGroups: string | false = root === undefined && "set MANYHANDS_CGROUP to a folder of cgroup v2";

let groups = 0;

/** A control group of the system, whose programs together may have so many bytes of memory. */
export class MemoryGroup {
  readonly #folder: string;

  constructor(bytes: number) {
    this.#folder = `${root}/manyhands-${process.pid}-${groups++}`;
    fs.mkdirSync(this.#folder);
    if (fs.existsSync(`${this.#folder}/memory.swap.max`)) fs.writeFileSync(`${this.#folder}/memory.swap.max`, "0");
    this.limit(bytes);
  }

  /** What is above is taken away by ending programs. */
  limit(bytes: number): void {
    fs.writeFileSync(`${this.#folder}/memory.max`, String(bytes));
  }

  start([command, ...args]: readonly string[]): ChildProcess {
    const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    return spawn("sh", ["-c", enter, this.#folder, command!, ...args], { stdio: "pipe" });
  }

  /** Programs that the system has ended for want of memory. */
  get ended(): number {
    return Number(/^oom_kill (\d+)$/m.exec(fs.readFileSync(`${this.#folder}/memory.events`, "utf8"))![1]);
  }

  /** Resolves when none of its programs runs any more. */
  async empty(): Promise<void> {
    while (fs.readFileSync(`${this.#folder}/cgroup.procs`, "utf8") !== "") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async remove(): Promise<void> {
    fs.writeFileSync(`${this.#folder}/cgroup.kill`, "1");
    await this.empty();
    fs.rmdirSync(this.#folder);
  }
}
