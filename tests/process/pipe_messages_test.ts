import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLONED, FrameKind } from "../../src/channel/frames.ts";
import {
  frameMessage,
  frameOf,
  PipeKind,
  type PipeMessage,
  pipeMessage,
  PipeReader,
  sendMessage,
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
    kind: fc.constantFrom(...Object.values(FrameKind).filter((kind) => kind !== FrameKind.Part))
      .chain((kind) => fc.constantFrom(kind, kind | CLONED)),
    detail: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
    id: int32,
    bytes,
  }, { noNullPrototype: true });
  fc.assert(fc.property(frame, (sent) => {
    const arrived: PipeMessage[] = [];
    const reader = new PipeReader((one) => arrived.push(one));
    sendMessage((part) => reader.push(part), frameMessage(sent));
    assert.equal(arrived[0]?.kind, PipeKind.Frame);
    assert.deepEqual(frameOf(arrived[0]), sent);
  }));
});

test("A long payload is sent as it is, behind its header", { timeout }, () => {
  for (const length of [(1 << 16) - 1, 1 << 16, 100_000]) {
    const message = { kind: PipeKind.Answer, first: -1, second: 7, bytes: new Uint8Array(length).fill(3) };
    const parts: Uint8Array[] = [];
    const arrived: PipeMessage[] = [];
    const reader = new PipeReader((one) => arrived.push(one));
    sendMessage((part) => void (parts.push(part), reader.push(part)), message);
    assert.deepEqual(arrived, [message]);
    assert.equal(parts.includes(message.bytes), length >= 1 << 16);
  }
});

const corrupt = { code: "ERR_CORRUPT_DATA" };

test("A frame that leads into the memory of the other side, or lacks its payload, is refused", { timeout }, () => {
  const kinds = Array.from({ length: 256 }, (_, kind) => kind);
  const refused = kinds.filter((kind) => (kind & 0xa0) !== 0 || (kind & 0x1f) === FrameKind.Part);
  assert.equal(refused.length, 194);
  for (const first of refused) {
    assert.throws(() => frameOf({ kind: PipeKind.Frame, first, second: 0, bytes: none }), corrupt);
  }
});

test("Headers of random numbers announce messages of their own lengths, or are refused", { timeout }, () => {
  const length = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }) }, {
    weight: 1,
    arbitrary: fc.integer({ min: -(2 ** 31), max: -1 }),
  });
  const header = fc.tuple(int32, length, int32, int32, fc.uint8Array({ maxLength: 60 }));
  fc.assert(fc.property(fc.array(header, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (headers, cut) => {
    const stream = headers.flatMap(([kind, length, first, second, bytes]) => [
      ...new Uint8Array(Int32Array.of(kind, length, first, second).buffer),
      ...bytes.slice(0, Math.max(0, length)),
    ]);
    const arrived: PipeMessage[] = [];
    const reader = new PipeReader((one) => arrived.push(one));
    const isWhole = headers.every(([, length, , , bytes]) => length >= 0 && length <= bytes.length);
    try {
      for (let at = 0; at < stream.length; at += cut) reader.push(Uint8Array.from(stream.slice(at, at + cut)));
      if (isWhole) assert.deepEqual(arrived.map(({ bytes }) => bytes.length), headers.map(([, length]) => length));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "ERR_CORRUPT_DATA");
      assert.equal(isWhole, false);
    }
    const total = arrived.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(total <= stream.length);
  }));
});

const none = new Uint8Array(0);
