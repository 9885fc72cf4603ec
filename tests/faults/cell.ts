/** What goes wrong. */
export const faults = [
  "throw",
  "throw unencodable",
  "reject later",
  "exit 0",
  "exit 7",
  "timer error",
  "unhandled rejection",
  "loop",
  "wasm loop",
  "memory",
  "SIGKILL",
  "SIGSTOP",
] as const;

/** When it does. */
export const moments = ["load", "initializer", "decode", "running", "encode", "idle", "close", "terminate"] as const;

/** Whose work it is in. */
export const subjects = [
  "apply",
  "map",
  "imap",
  "imapUnordered",
  "mapInPlace",
  "Process",
  "queue peer",
  "lock holder",
  "manager",
  "text",
] as const;

export const contexts = ["worker", "process", "inline"] as const;
export const runtimes = ["node", "deno", "bun"] as const;

export type Fault = typeof faults[number];
export type Moment = typeof moments[number];
export type Subject = typeof subjects[number];
export type Context = typeof contexts[number];
export type Runtime = typeof runtimes[number];

/** One cell of the matrix on one runtime. */
export interface Cell {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly subject: Subject;
  readonly context: Context;
}

/** Every combination, whether it can be or not. */
export function allCells(): Cell[] {
  return subjects.flatMap((subject) =>
    contexts.flatMap((context) =>
      moments.flatMap((moment) => faults.map((fault): Cell => ({ fault, moment, subject, context })))
    )
  );
}

/** A cell as text, such as `exit 7/running/apply/worker`. */
export function cellName({ fault, moment, subject, context }: Cell): string {
  return [fault, moment, subject, context].join("/");
}

/** The cell of a name. */
export function cellOf(name: string): Cell {
  const [fault, moment, subject, context] = name.split("/");
  const cell = allCells().find((one) =>
    one.fault === fault && one.moment === moment && one.subject === subject && one.context === context
  );
  if (cell === undefined) throw new RangeError(`Unknown cell ${JSON.stringify(name)}`);
  return cell;
}

/** Which runtime runs this. */
export function currentRuntime(): Runtime {
  return "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";
}
