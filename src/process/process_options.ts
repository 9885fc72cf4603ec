import type { TaskDeps, TaskLike } from "./define_task.ts";
import type { StartMethod } from "./start_method.ts";

/** What a `Process` is made of. */
export interface ProcessOptions<A extends unknown[] = never[]> {
  /**
   * What it calls: a function marked by `task` or sent by its source text, or an export of a module. A subclass with a
   * `run` of its own needs none.
   */
  target?: TaskLike<A>;
  /** The target's arguments; they are copied when the process starts. Default: none. */
  args?: A;
  /** Default: `"Process-1"` and so on, for children of a process `"Process-1:1"` and so on. */
  name?: string;
  /** It does not hold up the end of the program, and ends with it. Default: that of the process that makes it. */
  daemon?: boolean;
  /** Values and functions that a target sent by its source text uses by name. */
  deps?: TaskDeps;
  /**
   * How it runs: `"worker"`, as a thread; `"process"`, as a process of its own of the operating system, which shares no
   * memory; `"inline"`, on the thread that starts it. Default: that of `getStartMethod`.
   */
  context?: StartMethod;
}
