import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../src/channel/objects.ts";
import { FrameReceiver } from "../../src/channel/frame_receiver.ts";
import { detach, FrameSender, NOT_SENT } from "../../src/channel/frame_sender.ts";
import { CLONED, FrameKind, IN_BLOCK } from "../../src/channel/frames.ts";
import { ringBytes, RingReader, RingWriter } from "../../src/channel/ring.ts";
import { anyValue } from "./fixtures/any_value.ts";

const timeout = 60_000;
const CAPACITY = 1024;
/** Memory before and behind the ring, which a reader that leaves it would give away. */
const AROUND = 256;
const SECRET = 0x5ec2e7;

interface Flip {
  readonly at: number;
  readonly bits: number;
}

const flips: fc.Arbitrary<Flip[]> = fc.array(
  fc.record({ at: fc.nat(ringBytes(CAPACITY) - 1), bits: fc.integer({ min: 1, max: 255 }) }),
  { minLength: 1, maxLength: 8 },
);

/** Both ends of a ring that lies in the middle of other memory. */
function surroundedRing(): { bytes: Uint8Array; sender: FrameSender; receiver: FrameReceiver } {
  const buffer = new SharedArrayBuffer(ringBytes(CAPACITY) + 2 * AROUND);
  new Int32Array(buffer).fill(SECRET);
  const bytes = new Uint8Array(buffer);
  bytes.fill(0, AROUND, AROUND + ringBytes(CAPACITY));
  return {
    bytes,
    sender: new FrameSender(new RingWriter(buffer, AROUND, CAPACITY), () => {}),
    receiver: new FrameReceiver(new RingReader(buffer, AROUND, CAPACITY)),
  };
}

/** What is read from here on; errors end it. Frames that tell of blocks or clones are only discarded. */
function readAll(receiver: FrameReceiver): { values: unknown[]; error: unknown } {
  const values: unknown[] = [];
  try {
    for (let frames = 0; frames < 200 && receiver.next(); frames++) {
      const { ring } = receiver;
      assert.ok(
        ring.length >= 0 && ring.payload >= AROUND && ring.payload + ring.length <= AROUND + ringBytes(CAPACITY),
      );
      if ((ring.kind & (IN_BLOCK | CLONED)) === 0) values.push(receiver.value());
      receiver.release();
    }
    return { values, error: undefined };
  } catch (error) {
    return { values, error };
  }
}

function assertHarmless({ values, error }: { values: unknown[]; error: unknown }): void {
  assert.ok(error === undefined || error instanceof Error, String(error));
  assert.ok(!(error instanceof assert.AssertionError), String(error));
  assert.doesNotMatch(String(error), /Maximum call stack/);
  const seen = JSON.stringify(values, (_, value) => typeof value === "bigint" ? String(value) : value) ?? "";
  assert.ok(!seen.includes(String(SECRET)), "memory beside the ring was read");
}

test("Flipped bits in a ring give values or errors, and nothing of what lies around it", { timeout }, () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 8 }), flips, (values, flips) => {
      const { bytes, sender, receiver } = surroundedRing();
      for (const [id, value] of values.entries()) {
        if (sender.sendValue(FrameKind.Result, 0, id + 1, value, "value") === NOT_SENT) break;
      }
      for (const { at, bits } of flips) bytes[AROUND + at]! ^= bits;
      assertHarmless(readAll(receiver));
    }),
    { numRuns: 400 },
  );
});

test("A ring of random bytes gives values or errors, and nothing of what lies around it", { timeout }, () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 600 }), fc.nat(CAPACITY / 8), (noise, head) => {
      const { bytes } = surroundedRing();
      const words = new Int32Array(bytes.buffer);
      words[AROUND / 4] = head * 8 + ((noise.length + 7) & ~7);
      words[AROUND / 4 + 16] = head * 8;
      const data = AROUND + 128;
      noise.forEach((byte, i) => bytes[data + (head * 8 + i) % CAPACITY] = byte);
      assertHarmless(readAll(new FrameReceiver(new RingReader(bytes.buffer as SharedArrayBuffer, AROUND, CAPACITY))));
    }),
    { numRuns: 2000 },
  );
});

test("A long payload whose parts were changed, dropped or doubled is whole or refused", { timeout }, () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 600, maxLength: 3000 }),
      fc.nat(20),
      fc.integer({ min: -9, max: 9 }),
      (text, which, by) => {
        const { bytes, sender, receiver } = surroundedRing();
        const words = new Int32Array(bytes.buffer);
        let place = sender.sendPayload(FrameKind.Result, 0, 7, detach(text, "text"));
        let frames = 0;
        const found: unknown[] = [];
        try {
          for (let turns = 0; turns < 100 && (place === NOT_SENT || found.length === 0); turns++) {
            const header = (AROUND + 128 >> 2) + ((words[AROUND / 4 + 16]! & (CAPACITY - 1)) >> 2);
            if (frames++ === which) words[header + 2]! += by;
            while (receiver.next()) {
              found.push(receiver.value());
              receiver.release();
            }
            if (sender.isStreaming) place = sender.pump();
          }
        } catch (error) {
          return assert.equal((error as { code?: string }).code, "ERR_CORRUPT_DATA", String(error));
        }
        assert.deepEqual(found, [text]);
      },
    ),
    { numRuns: 200 },
  );
});

test("A frame that is longer than what was published is refused", { timeout }, () => {
  const { bytes, sender, receiver } = surroundedRing();
  const place = sender.sendValue(FrameKind.Result, 0, 1, "short", "value");
  const words = new Int32Array(bytes.buffer);
  for (const length of [-2, -(2 ** 31), 4096, 2 ** 31 - 1, 64]) {
    words[place] = length;
    assert.throws(() => receiver.next(), { code: "ERR_CORRUPT_DATA" });
  }
});
