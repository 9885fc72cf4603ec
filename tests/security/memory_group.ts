import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";

/** A folder of control groups that this user may write to and, of version 2, that hands on its memory; or undefined. */
const root = process.env["MANYHANDS_CGROUP"];

/** Why no control group can be made, or false. */
export const noMemoryGroups: string | false = root === undefined &&
  "set MANYHANDS_CGROUP to a folder of control groups";

const isFirstVersion = fs.existsSync(`${root}/memory.limit_in_bytes`);
const [LIMIT, EVENTS] = isFirstVersion
  ? ["memory.limit_in_bytes", "memory.oom_control"]
  : ["memory.max", "memory.events"];

const NONE = 2 ** 22;

let groups = 0;

/** A control group of the system, whose programs together may have so many bytes of memory. */
export class MemoryGroup {
  readonly #folder: string;

  constructor(bytes: number) {
    this.#folder = `${root}/manyhands-${process.pid}-${groups++}`;
    fs.mkdirSync(this.#folder);
    if (fs.existsSync(this.#at("memory.swap.max"))) fs.writeFileSync(this.#at("memory.swap.max"), "0");
    this.#limit(bytes);
  }

  /** Takes its programs all memory, until the system has ended them. */
  async starve(): Promise<void> {
    while (this.#programs() !== "") {
      this.#limit(NONE);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #limit(bytes: number): void {
    for (let limit = bytes;;) {
      try {
        return fs.writeFileSync(this.#at(LIMIT), String(limit));
      } catch (error) {
        // Version 1 ends programs only when they ask for more, and takes no limit below what they hold for good.
        if (!isFirstVersion || (error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
        limit = Number(fs.readFileSync(this.#at("memory.usage_in_bytes"), "utf8"));
      }
    }
  }

  start([command, ...args]: readonly string[]): ChildProcess {
    const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    return spawn("sh", ["-c", enter, this.#folder, command!, ...args], { stdio: "pipe" });
  }

  /** Programs that the system has ended for want of memory. */
  get ended(): number {
    return Number(/^oom_kill (\d+)$/m.exec(fs.readFileSync(this.#at(EVENTS), "utf8"))![1]);
  }

  /** Resolves when none of its programs runs any more. */
  async empty(): Promise<void> {
    while (this.#programs() !== "") await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async remove(): Promise<void> {
    if (isFirstVersion) spawnSync("kill", ["-9", ...this.#programs().split("\n").filter(Boolean)]);
    else fs.writeFileSync(this.#at("cgroup.kill"), "1");
    await this.empty();
    fs.rmdirSync(this.#folder);
  }

  #programs(): string {
    return fs.readFileSync(this.#at("cgroup.procs"), "utf8");
  }

  #at(file: string): string {
    return `${this.#folder}/${file}`;
  }
}
