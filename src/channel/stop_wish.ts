import { ControlWord } from "./link_layout.ts";

/** Whether the host has asked the worker of a link to stop, by the link's words. */
export function isStopWished(control: Int32Array): boolean {
  return Atomics.load(control, ControlWord.Stop) !== 0;
}
