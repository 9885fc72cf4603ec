/**
 * What a process of the operating system that works for another one runs first.
 * @module
 */
import { runtime } from "../runtime/current.ts";
import type { ChildInit } from "./child_init.ts";
import { PipeKind, PipeReader } from "./pipe_messages.ts";
import { Relay } from "./relay.ts";

const pipe = runtime.parentPipe();
let relay: Relay | undefined;
const reader = new PipeReader((message) => {
  if (message.kind !== PipeKind.Init) relay?.receive(message);
  else relay = new Relay(pipe, runtime.deserialize(message.bytes) as ChildInit);
});
pipe.onData((bytes) => reader.push(bytes));
pipe.onEnd(() => pipe.die());
