import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/channel/objects.ts";
import { fromCloneForm } from "../../src/channel/clone_form.ts";
import { FrameReceiver } from "../../src/channel/frame_receiver.ts";
import { detach, FrameSender, NOT_SENT, type Payload } from "../../src/channel/frame_sender.ts";
import { type CloneMessage, FrameKind } from "../../src/channel/frames.ts";
import { fromMovedBytes } from "../../src/channel/moved_bytes.ts";
import { ringBytes, RingReader, RingWriter } from "../../src/channel/ring.ts";

const timeout = 60_000;

interface Arrived {
  readonly kind: number;
  readonly detail: number;
  readonly id: number;
  readonly value: unknown;
}

/** Both ends of a ring, with the clones that were posted beside it. */
class Link {
  readonly sender: FrameSender;
  readonly receiver: FrameReceiver;
  readonly posted: CloneMessage[] = [];
  readonly arrived: Arrived[] = [];
  spaces = 0;

  constructor(capacity: number, start = 0) {
    const buffer = new SharedArrayBuffer(ringBytes(capacity));
    const words = new Int32Array(buffer);
    words[0] = words[16] = start;
    this.sender = new FrameSender(
      new RingWriter(buffer, 0, capacity),
      (message) => void this.posted.push(message),
    );
    this.receiver = new FrameReceiver(new RingReader(buffer, 0, capacity));
    this.receiver.onSpace = () => this.spaces++;
  }

  /** Takes one frame if there is one. */
  take(): boolean {
    const { receiver } = this;
    if (!receiver.next()) return false;
    const { isCloned, kind } = receiver;
    const { detail, id } = receiver.ring;
    let value = receiver.value();
    if (isCloned) {
      const at = this.posted.findIndex(({ clone }) => clone === value);
      assert.notEqual(at, -1, `no clone was posted under ${value}`);
      value = valueOf(structuredClone(this.posted.splice(at, 1)[0]!));
    }
    receiver.release();
    this.arrived.push({ kind, detail, id, value });
    return true;
  }
}

function valueOf(message: CloneMessage): unknown {
  if ("value" in message) return fromCloneForm(message.value);
  if ("moved" in message) return fromMovedBytes(message);
  return message.isList ? [message.text] : message.text;
}

const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.record({ text: fc.string({ maxLength: 40 }) }),
  fc.nat(3000).map((length) => "long ".repeat(length)),
  fc.nat(4000).map((length) => Uint8Array.from({ length }, (_, i) => i * 13)),
  fc.nat(300).map((length) => Array.from({ length }, (_, i) => i / 7)),
  fc.constantFrom<unknown>({ zero: -0 }, { text: "\ud800" }, new Map([[1, { deep: -0 }]])),
);

test("Frames of all lengths arrive whole and in order through a small ring, whatever the schedule", { timeout }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 7, max: 12 }),
      fc.nat(64),
      fc.array(value, { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      (power, back, values, schedule) => {
        const link = new Link(2 ** power, -8 * back);
        let next = 0;
        let payload: Payload | undefined;
        const finished = (place: number): void => {
          if (place === NOT_SENT) return;
          payload = undefined;
          next++;
        };
        const send = (): void => {
          if (next === values.length) return;
          const [kind, detail, id] = [FrameKind.Apply + next % 3, next * 1000, next - 6];
          if (link.sender.isStreaming) return finished(link.sender.pump());
          if (payload === undefined) {
            const place = link.sender.sendValue(kind, detail, id, values[next], "value");
            if (place !== NOT_SENT) return finished(place);
            payload = detach(values[next], "value");
          }
          finished(link.sender.sendPayload(kind, detail, id, payload));
        };
        for (let step = 0; link.arrived.length < values.length; step++) {
          assert.ok(step < 20_000, "the schedule does not come to an end");
          if (schedule.next().value) send();
          else link.take();
        }
        assert.equal(link.take(), false);
        assert.deepStrictEqual(
          link.arrived,
          values.map((value, i) => ({
            kind: FrameKind.Apply + i % 3,
            detail: i * 1000,
            id: i - 6,
            value: structuredClone(value),
          })),
        );
        assert.deepEqual(link.posted, []);
      },
    ),
    { numRuns: 300 },
  );
});

test("Every length of payload around that of a frame and of the ring is sent", { timeout }, () => {
  const capacity = 256;
  for (let length = 0; length <= 2 * capacity + 8; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i);
    const link = new Link(capacity);
    let place = link.sender.sendPayload(FrameKind.Result, 5, 6, detach(bytes, "value"));
    for (let round = 0; place === NOT_SENT; round++) {
      assert.ok(round < 100 && link.sender.isStreaming);
      assert.equal(link.take(), false, "no part counts as a frame");
      place = link.sender.pump();
    }
    assert.ok(link.take());
    assert.deepEqual(link.arrived, [{ kind: FrameKind.Result, detail: 5, id: 6, value: bytes }]);
    assert.equal(link.sender.isStreaming, false);
    assert.equal(link.sender.pump(), NOT_SENT);
  }
});

test("Parts that were taken are told of, so that the sender can go on", { timeout }, () => {
  const link = new Link(256);
  const payload = detach(new Uint8Array(1000), "value");
  assert.equal(link.sender.sendPayload(FrameKind.Apply, 1, 2, payload), NOT_SENT);
  assert.equal(link.take(), false);
  assert.equal(link.spaces, 1);
  assert.equal(link.take(), false);
  assert.equal(link.spaces, 1, "nothing was taken");
});

test("A long payload may be discarded, and the next one is not mixed with it", { timeout }, () => {
  const link = new Link(256);
  const sendAll = (text: string): void => {
    let place = link.sender.sendPayload(FrameKind.Apply, 1, 2, detach(text, "value"));
    while (place === NOT_SENT) {
      assert.equal(link.receiver.next(), false);
      place = link.sender.pump();
    }
  };
  sendAll("dropped ".repeat(100));
  assert.ok(link.receiver.next());
  assert.ok(link.receiver.length > 800);
  link.receiver.discard();
  link.receiver.release();
  sendAll("kept ".repeat(90));
  assert.ok(link.take());
  assert.equal(link.arrived[0]!.value, "kept ".repeat(90));
});

test("A clone holds its place among the frames, also where it was posted long before it is read", { timeout }, () => {
  const link = new Link(1024);
  const odd = { zero: -0 };
  link.sender.sendValue(FrameKind.Result, 0, 1, "before", "value");
  assert.equal(link.sender.sendValue(FrameKind.Result, 0, 2, odd, "value"), NOT_SENT);
  link.sender.sendPayload(FrameKind.Result, 0, 2, detach(odd, "value"));
  link.sender.sendPayload(FrameKind.Result, 0, 3, detach({ text: "\udc00" }, "value"));
  link.sender.sendValue(FrameKind.Result, 0, 4, "after", "value");
  assert.deepEqual(link.posted.map(({ clone }) => clone), [1, 2]);
  while (link.take());
  assert.deepEqual(link.arrived.map(({ id, value }) => [id, value]), [
    [1, "before"],
    [2, odd],
    [3, { text: "\udc00" }],
    [4, "after"],
  ]);
});

test("A clone is taken when the value is detached, and refused there", { timeout }, () => {
  const link = new Link(1024);
  const odd = { zero: -0, list: [1] };
  const payload = detach(odd, "value");
  odd.list.push(2);
  link.sender.sendPayload(FrameKind.Result, 0, 1, payload);
  assert.ok(link.take());
  assert.deepStrictEqual(link.arrived[0]!.value, { zero: -0, list: [1] });
  assert.throws(() => detach([{ zero: -0 }, new Proxy({}, {})], "args"), {
    name: "TaskEncodingError",
    path: "args",
    message: /^Cannot send args: it is not cloneable: /,
  });
  assert.throws(() => detach([{ zero: -0 }, { run: (): void => {} }], "args"), { path: "args[1].run" });
  assert.throws(() => detach([{ zero: -0 }, new URL("http://localhost/")], "args"), { path: "args[1]" });
});

test("Where a clone is refused or nothing carries the value, no frame is left behind", { timeout }, () => {
  const buffer = new SharedArrayBuffer(ringBytes(1024));
  const sender = new FrameSender(new RingWriter(buffer, 0, 1024), () => {
    throw new TypeError("cannot be cloned");
  });
  const receiver = new FrameReceiver(new RingReader(buffer, 0, 1024));
  assert.throws(() => sender.sendPayload(FrameKind.Result, 0, 1, detach({ zero: -0 }, "result")), {
    message: "cannot be cloned",
  });
  assert.throws(() => sender.sendValue(FrameKind.Result, 0, 1, ["x", (): void => {}], "result"), { path: "result[1]" });
  assert.equal(receiver.next(), false);
  sender.sendValue(FrameKind.Result, 0, 2, "good", "result");
  assert.ok(receiver.next());
  assert.equal(receiver.value(), "good");
});

test("A full ring takes neither value, payload nor clone, and posts nothing", { timeout }, () => {
  const link = new Link(256);
  while (link.sender.sendValue(FrameKind.Result, 0, 1, "x", "value") !== NOT_SENT);
  const full = link.sender.sendPayload(FrameKind.Result, 0, 2, detach({ zero: -0 }, "value"));
  assert.equal(full, NOT_SENT);
  assert.deepEqual(link.posted, []);
  assert.equal(link.sender.sendPayload(FrameKind.Result, 0, 2, detach("x".repeat(40), "value")), NOT_SENT);
  assert.equal(link.sender.isStreaming, false, "a payload that fits a frame never streams");
});
