import type { CloneForm } from "../channel/clone_form.ts";
import type { ErrorData } from "../channel/error_codec.ts";
import type { CloneMessage } from "../channel/frames.ts";
import { isMovedBytes } from "../channel/moved_bytes.ts";

/** A message of a worker about what is going to end it. */
export interface FatalMessage {
  /** `ErrorData` of what was thrown. */
  readonly fatal: unknown;
}

/** The same, where what was thrown can travel. */
export interface ThrownMessage {
  /** Form of a list with the one thing that was thrown. */
  readonly thrown: CloneForm;
}

/** Messages of a worker's thread to its host. */
export type WorkerMessage = CloneMessage | FatalMessage | ThrownMessage;

/** Whether a message is one of them. The code that a thread runs may post others on the same port, and they are nobody's. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  if (!isRecord(message)) return false;
  if ("clone" in message) {
    if (typeof message["clone"] !== "number") return false;
    return "text" in message || isMovedBytes(message) || isCloneForm(message["value"]);
  }
  return "fatal" in message ? isErrorData(message["fatal"]) : isCloneForm(message["thrown"]);
}

/** Whether a message tells what is going to end its worker. */
export function tellsOfEnd(message: WorkerMessage): message is FatalMessage | ThrownMessage {
  return !("clone" in message);
}

function isCloneForm(form: unknown): form is CloneForm {
  return isRecord(form) && "value" in form;
}

function isErrorData(data: unknown): data is ErrorData {
  return isRecord(data) && typeof data["class"] === "string" && Array.isArray(data["fields"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
