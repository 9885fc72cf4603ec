import type { Cell, Fault, Runtime } from "./cell.ts";

/** What the documents promise for a cell. */
export type Expectation =
  /** There is no such cell. */
  | { readonly kind: "absent"; readonly because: string }
  /** The caller hears one of these, the next call answers, and the worker is given up or not. */
  | { readonly kind: "heard"; readonly heard: readonly string[]; readonly abandoned: boolean | "either" }
  /** The program itself ends with one of these codes, or goes on for ever; nothing of it is left. */
  | { readonly kind: "program"; readonly ends: readonly string[] };

type Rule = (cell: Cell, runtime: Runtime) => Expectation | undefined;

const isLoop = (fault: Fault): boolean => fault === "loop" || fault === "wasm loop";
const isEndless = (fault: Fault): boolean => isLoop(fault) || fault === "SIGSTOP";
const isSignal = (fault: Fault): boolean => fault === "SIGKILL" || fault === "SIGSTOP";
const isThrown = (fault: Fault): boolean =>
  fault === "throw" || fault === "throw unencodable" || fault === "reject later";
const isLate = (fault: Fault): boolean => fault === "timer error" || fault === "unhandled rejection";
const isPool = ({ subject }: Cell): boolean =>
  ["apply", "map", "imap", "imapUnordered", "mapInPlace"].includes(subject);
const isProcess = ({ subject }: Cell): boolean => ["Process", "queue peer", "lock holder"].includes(subject);

const absent = (because: string): Expectation => ({ kind: "absent", because });
const program = (...ends: string[]): Expectation => ({ kind: "program", ends });

/** What cannot be in a context. */
const contextRules: readonly Rule[] = [
  ({ subject, context }) =>
    subject === "mapInPlace" && context === "process"
      ? absent("a process of the operating system shares no memory: mapInPlace refuses it with UnsupportedError")
      : undefined,
  ({ subject, context }) =>
    subject === "manager" && context === "inline"
      ? absent("the program itself is the server, so that its calls are those of an inline Process")
      : undefined,
  ({ subject, context, moment }) =>
    subject === "mapInPlace" && context === "inline" && moment === "load"
      ? absent("the kernel is there on its thread already: nothing is loaded")
      : undefined,
  ({ subject, context }) =>
    subject === "text" && context !== "worker" ? absent("a text run has threads of its own (decision 15)") : undefined,
  ({ fault, context }) =>
    isSignal(fault) && context !== "process"
      ? absent("a signal goes to a process of the operating system: here, to the program itself")
      : undefined,
];

/** What there is not to go wrong at a moment. */
const momentRules: readonly Rule[] = [
  (cell) => isProcess(cell) && cell.moment === "initializer" ? absent("a Process has no initializer") : undefined,
  ({ subject, moment }) =>
    (subject === "Process" || subject === "lock holder") && moment === "encode"
      ? absent("a Process gives no value back")
      : undefined,
  ({ subject, moment }) =>
    subject === "lock holder" && (moment === "load" || moment === "decode")
      ? absent("it does not hold the lock yet")
      : undefined,
  ({ subject, moment }) =>
    subject === "mapInPlace" && (moment === "decode" || moment === "encode")
      ? absent("a kernel is given numbers and gives nothing back: no code of the user's runs then")
      : undefined,
  ({ subject, moment }) =>
    subject === "text" && moment === "initializer"
      ? absent("the workers of a text run have no initializer")
      : undefined,
  ({ subject, moment }) =>
    subject === "text" && (moment === "idle" || moment === "close")
      ? absent("a text run ends with its input, and its workers with it")
      : undefined,
  ({ fault, subject, moment }) =>
    subject === "text" && (moment === "decode" || moment === "encode") && !isThrown(fault)
      ? absent("input and output of the caller's own run in the caller's program")
      : undefined,
  ({ fault, moment }) =>
    moment === "decode" && fault === "reject later" ? absent("decoding waits for no promise") : undefined,
  ({ fault, moment }) =>
    moment === "idle" && (fault === "throw" || fault === "reject later")
      ? absent("only timers and promises run then: timer error, unhandled rejection")
      : undefined,
];

/** What the runtime, and not the product, decides. */
const runtimeRules: readonly Rule[] = [
  ({ fault }, runtime) =>
    fault === "memory" && runtime === "bun"
      ? absent("Bun's heap has no limit: the system ends the process, which is SIGKILL")
      : undefined,
  // A thread that is given up, as by `terminate`, may have memory left when the program ends.
  ({ fault, moment, context, subject }, runtime) =>
    fault === "memory" && (context === "inline" || (context === "worker" && runtime === "deno"))
      ? program(
        runtime === "deno" ? "signal SIGTRAP" : "signal SIGABRT",
        ...(context === "worker" && (moment === "terminate" || (moment === "close" && subject === "manager"))
          ? ["code 0"]
          : []),
      )
      : undefined,
  ({ fault, context }) => isLoop(fault) && context === "inline" ? program("blocks") : undefined,
  ({ fault, context }) => fault === "exit 0" && context === "inline" ? program("code 0") : undefined,
  ({ fault, context }) => fault === "exit 7" && context === "inline" ? program("code 7") : undefined,
  ({ fault, moment, context }) =>
    context === "inline" &&
      (isLate(fault) || (moment === "idle" && fault === "throw unencodable") ||
        (moment === "encode" && fault === "reject later"))
      ? program("code 1")
      : undefined,
];

/** What is to be for a cell on a runtime, and why where nothing is. */
export function expectationOf(cell: Cell, runtime: Runtime): Expectation {
  for (const rule of [...contextRules, ...momentRules, ...runtimeRules]) {
    const expectation = rule(cell, runtime);
    if (expectation !== undefined) return expectation;
  }
  const heard = isPool(cell)
    ? poolHears(cell, runtime)
    : isProcess(cell)
    ? processHears(cell, runtime)
    : cell.subject === "manager"
    ? managerHears(cell)
    : textHears(cell);
  return { kind: "heard", heard, abandoned: isPool(cell) ? isAbandoned(cell, runtime) : "either" };
}

/** Deno ends no busy thread, Bun none in WASM. A worker that is told to end may be slow to, on a busy machine. */
export function isAbandoned({ fault, moment, context }: Cell, runtime: Runtime): boolean | "either" {
  const isBeyondForce = context === "worker" &&
    ((runtime === "deno" && isLoop(fault)) || (runtime === "bun" && fault === "wasm loop"));
  if (isBeyondForce) return true;
  return moment === "terminate" ? "either" : false;
}

/** How the memory of a worker ends that has none left. */
function outOfMemory(runtime: Runtime): string {
  return runtime === "deno" ? "killed -5" : "error 1";
}

function poolHears(cell: Cell, runtime: Runtime): string[] {
  const { fault, moment, context } = cell;
  switch (moment) {
    case "load":
      return isThrown(fault) ? ["TaskLoadError"] : [poolRunHears(fault, runtime)];
    case "initializer":
      return [isEndless(fault) ? "TimeoutError" : "ERR_INITIALIZER"];
    case "decode":
      return [isLate(fault) ? "answers" : poolRunHears(fault, runtime)];
    case "encode":
      if (fault === "reject later") return ["TaskEncodingError"];
      return [isLate(fault) ? "answers" : poolRunHears(fault, runtime)];
    case "idle":
      // A thread that does not take its next task is replaced, and the task done by another. What went to another process
      // of the operating system counts as begun.
      return [isEndless(fault) && context === "process" ? "TimeoutError" : "answers"];
    case "terminate":
      return ["PoolClosedError"];
    default:
      return [poolRunHears(fault, runtime)];
  }
}

function poolRunHears(fault: Fault, runtime: Runtime): string {
  switch (fault) {
    case "throw":
    case "reject later":
      return "RangeError";
    case "throw unencodable":
      return "TaskEncodingError";
    case "exit 0":
      return "WorkerLostError exit 0";
    case "exit 7":
      return "WorkerLostError exit 7";
    case "timer error":
    case "unhandled rejection":
      return "WorkerLostError error 1";
    case "memory":
      return `WorkerLostError ${outOfMemory(runtime)}`;
    case "SIGKILL":
      return "WorkerLostError killed -9";
    default:
      return "TimeoutError";
  }
}

function processHears(cell: Cell, runtime: Runtime): string[] {
  const { subject, moment, fault } = cell;
  const end = moment === "terminate" ? "killed -15" : processEnd(fault, runtime);
  if (subject === "Process") return [end];
  if (subject === "lock holder") return [`${end}, OwnerDiedError`];
  if (moment === "load" || moment === "decode") return [`${end}, then QueueEmptyError`];
  const isPut = moment === "encode" && isLate(fault);
  return [`${end}, first ${isPut ? "[object Object] " : ""}then QueueEmptyError`];
}

function processEnd(fault: Fault, runtime: Runtime): string {
  switch (fault) {
    case "exit 0":
      return "exit 0";
    case "exit 7":
      return "exit 7";
    case "memory":
      return outOfMemory(runtime);
    case "SIGKILL":
      return "killed -9";
    default:
      return isEndless(fault) ? "killed -15" : "error 1";
  }
}

function managerHears({ fault, moment }: Cell): string[] {
  switch (moment) {
    case "load":
      return [isThrown(fault) ? "TaskLoadError" : "ManagerLostError"];
    case "initializer":
      return [isThrown(fault) ? managerRunHears(fault) : "ManagerLostError"];
    case "encode":
      if (fault === "reject later") return ["TaskEncodingError"];
      return [isLate(fault) ? "answers" : managerRunHears(fault)];
    case "decode":
      // What cannot be decoded is no message.
      if (isThrown(fault)) return ["ERR_BAD_MESSAGE"];
      return [isLate(fault) ? "answers" : managerRunHears(fault)];
    case "close":
    case "terminate":
      // A call that ends before the server does has its own outcome.
      return [managerRunHears(fault), "ManagerLostError"];
    default:
      return [moment === "idle" && !isEndless(fault) ? "ManagerLostError" : managerRunHears(fault)];
  }
}

function managerRunHears(fault: Fault): string {
  if (fault === "throw" || fault === "reject later") return "RangeError";
  if (fault === "throw unencodable") return "TaskEncodingError";
  return isEndless(fault) ? "TimeoutError" : "ManagerLostError";
}

function textHears({ fault, moment }: Cell): string[] {
  if (moment === "terminate" || isLoop(fault)) return ["AbortError"];
  if (moment === "encode") return [fault === "throw unencodable" ? "threw function" : "RangeError"];
  if (moment === "decode") return [`failed: ${fault === "throw unencodable" ? "threw function" : "RangeError"}`];
  if (!isThrown(fault)) return [`failed: ${poolRunHears(fault, "node")}`];
  if (moment === "load") return ["failed: WorkerLostError error 1"];
  return [`failed: ${fault === "throw unencodable" ? "Error" : "RangeError"}`];
}
