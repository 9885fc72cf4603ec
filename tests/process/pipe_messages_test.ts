import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  frameMessage,
  frameOf,
  PipeKind,
  type PipeMessage,
  pipeMessage,
  PipeReader,
} from "../../src/process/pipe_messages.ts";

const timeout = 60_000;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const bytes = fc.uint8Array({ maxLength: 200 });
const message = fc.record({ kind: fc.integer({ min: 1, max: 7 }), first: int32, second: int32, bytes }, {
  noNullPrototype: true,
});

test("Messages arrive whole, however the pipe cuts them", { timeout }, () => {
  fc.assert(fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 90 })), (sent, cuts) => {
    const arrived: PipeMessage[] = [];
    const reader = new PipeReader((one) => arrived.push(one));
    const stream = Uint8Array.from(
      sent.flatMap(({ kind, first, second, bytes }) => [...pipeMessage(kind, first, second, bytes)]),
    );
    let at = 0;
    for (const cut of [...cuts, Math.max(1, stream.length)]) {
      if (at < stream.length) reader.push(stream.subarray(at, at + cut));
      at += cut;
    }
    assert.deepEqual(arrived, sent);
  }));
});

test("A frame is the same at the other end", { timeout }, () => {
  const frame = fc.record({
    kind: fc.integer({ min: 0, max: 127 }),
    detail: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
    id: int32,
    bytes,
  }, { noNullPrototype: true });
  fc.assert(fc.property(frame, (sent) => {
    const arrived: PipeMessage[] = [];
    new PipeReader((one) => arrived.push(one)).push(frameMessage(sent));
    assert.equal(arrived[0]?.kind, PipeKind.Frame);
    assert.deepEqual(frameOf(arrived[0]), sent);
  }));
});
