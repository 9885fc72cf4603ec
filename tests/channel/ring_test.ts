import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { FRAME_HEADER_BYTES, RING_HEADER_BYTES, ringBytes, RingReader, RingWriter } from "../../src/channel/ring.ts";
import { Doorbell } from "../../src/sync/doorbell.ts";
import { crossingByte, crossingLength } from "./fixtures/crossing.ts";

const timeout = 60_000;
const BEFORE = 64;
const AFTER = 64;
const UNTOUCHED = 0xa5;
const HEAD_WORD = 16;

/** A ring between two zones that nobody may write, whose counters start at `start` bytes. */
function newRing(capacity: number, start = 0): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(BEFORE + ringBytes(capacity) + AFTER);
  new Uint8Array(buffer).fill(UNTOUCHED);
  const words = new Int32Array(buffer, BEFORE);
  words[0] = start;
  words[HEAD_WORD] = start;
  return buffer;
}

function assertNeighboursUntouched(buffer: SharedArrayBuffer, capacity: number): void {
  const bytes = new Uint8Array(buffer);
  const outside = [...bytes.subarray(0, BEFORE), ...bytes.subarray(BEFORE + ringBytes(capacity))];
  assert.ok(outside.every((byte) => byte === UNTOUCHED));
}

interface Frame {
  readonly kind: number;
  readonly detail: number;
  readonly id: number;
  readonly payload: Uint8Array;
  readonly place: number;
  readonly end: number;
  state: "free" | "claimed" | "revoked";
}

/** The ring next to a queue of the frames that it should hold. */
class RingWithModel {
  readonly #capacity: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #queue: Frame[] = [];
  #writer: RingWriter;
  #reader: RingReader;
  #isOnFrame = false;
  /** Bytes since the start, without the ring's wrap at 2^32. */
  #tail: number;
  #head: number;

  constructor(capacity: number, start: number) {
    this.#capacity = capacity;
    this.#buffer = newRing(capacity, start);
    this.#writer = new RingWriter(this.#buffer, BEFORE, capacity);
    this.#reader = new RingReader(this.#buffer, BEFORE, capacity);
    this.#tail = this.#head = start >>> 0;
  }

  /** Reserves; the answer has to be what the model's free bytes say. */
  #reserve(length: number): { start: number; skip: number } | undefined {
    const size = FRAME_HEADER_BYTES + Math.ceil(length / 8) * 8;
    const toEnd = this.#capacity - this.#tail % this.#capacity;
    const skip = size > toEnd ? toEnd : 0;
    const start = this.#writer.reserve(length);
    const fits = this.#capacity - (this.#tail - this.#head) >= skip + size;
    assert.equal(start >= 0, fits);
    if (!fits) return undefined;
    assert.equal(start % 8, 0);
    const data = BEFORE + RING_HEADER_BYTES;
    assert.equal(start, data + (this.#tail + skip) % this.#capacity + FRAME_HEADER_BYTES);
    assert.ok(start + length <= data + this.#capacity);
    return { start, skip };
  }

  send(share: number, shrink: number, kind: number, detail: number, id: number, seed: number): void {
    const reserved = Math.round(share * this.#writer.maxPayload);
    const place = this.#reserve(reserved);
    if (place === undefined) return;
    const length = Math.floor(reserved * shrink);
    const payload = Uint8Array.from({ length }, (_, i) => seed + i * 7);
    this.#writer.region.bytes.set(payload, place.start);
    const frame = this.#writer.commit(kind, detail, id, length);
    this.#tail += place.skip + FRAME_HEADER_BYTES + Math.ceil(length / 8) * 8;
    this.#queue.push({ kind, detail, id, payload, place: frame, end: this.#tail, state: "free" });
  }

  /** Reserves, writes and then leaves it: to the reader nothing has happened. */
  tear(share: number, restart: boolean): void {
    const length = Math.round(share * this.#writer.maxPayload);
    const place = this.#reserve(length);
    if (place !== undefined) this.#writer.region.bytes.fill(0xee, place.start, place.start + length);
    // A producer that died here is followed by one that knows only what lies in the memory.
    if (restart) this.#writer = new RingWriter(this.#buffer, BEFORE, this.#capacity);
  }

  next(): void {
    assert.equal(this.#reader.next(), this.#queue.length > 0);
    this.#isOnFrame = this.#queue.length > 0;
    const [frame] = this.#queue;
    if (frame === undefined) return;
    const { kind, detail, id, payload, length, region } = this.#reader;
    assert.deepEqual({ kind, detail, id, length }, {
      kind: frame.kind,
      detail: frame.detail,
      id: frame.id,
      length: frame.payload.length,
    });
    assert.deepEqual(region.bytes.slice(payload, payload + length), frame.payload);
  }

  claim(): void {
    const [frame] = this.#queue;
    if (frame === undefined || !this.#isOnFrame) return;
    assert.equal(this.#reader.claim(), frame.state === "free");
    if (frame.state === "free") frame.state = "claimed";
  }

  release(): void {
    const [frame] = this.#queue;
    if (frame === undefined || !this.#isOnFrame) return;
    this.#reader.release();
    this.#head = frame.end;
    this.#queue.shift();
    this.#isOnFrame = false;
  }

  revoke(which: number): void {
    const frame = this.#queue[which % Math.max(1, this.#queue.length)];
    if (frame === undefined) return;
    assert.equal(this.#writer.revoke(frame.place), frame.state === "free");
    if (frame.state === "free") frame.state = "revoked";
  }

  /** A new reader begins at the frame that was not released. */
  restartReader(): void {
    this.#reader = new RingReader(this.#buffer, BEFORE, this.#capacity);
    this.#isOnFrame = false;
  }

  check(): void {
    assert.equal(this.#reader.hasNext(), this.#queue.length > 0);
    for (const frame of this.#queue) {
      assert.equal(this.#writer.isClaimed(frame.place), frame.state === "claimed");
      assert.equal(this.#writer.payloadLength(frame.place), frame.payload.length);
      assert.deepEqual(this.#writer.copyPayload(frame.place), frame.payload);
    }
    assertNeighboursUntouched(this.#buffer, this.#capacity);
  }
}

type Command = (ring: RingWithModel) => void;

const share = fc.oneof(
  fc.constantFrom(0, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const send = fc.tuple(
  share,
  fc.oneof(fc.constant(1), share),
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 2 ** 24 - 1 }),
  fc.integer(),
  fc.integer({ min: 0, max: 255 }),
).map((args): Command => (ring) => ring.send(...args));
const commands = fc.array(
  fc.oneof(
    { arbitrary: send, weight: 5 },
    { arbitrary: fc.constant<Command>((ring) => ring.next()), weight: 4 },
    { arbitrary: fc.constant<Command>((ring) => ring.release()), weight: 3 },
    { arbitrary: fc.constant<Command>((ring) => ring.claim()), weight: 2 },
    { arbitrary: fc.nat(50).map((which): Command => (ring) => ring.revoke(which)), weight: 2 },
    { arbitrary: fc.tuple(share, fc.boolean()).map((args): Command => (ring) => ring.tear(...args)), weight: 1 },
    { arbitrary: fc.constant<Command>((ring) => ring.restartReader()), weight: 1 },
  ),
  { minLength: 1, maxLength: 120 },
);
const capacity = fc.integer({ min: 6, max: 12 }).map((power) => 2 ** power);
/** Counters from zero, and from just before they turn negative or wrap to zero. */
const start = fc.tuple(fc.constantFrom(0, 2 ** 31, 2 ** 32), fc.integer({ min: 0, max: 512 })).map(
  ([from, back]) => (from - back * 8) | 0,
);

test("A ring is a queue of frames, whatever the order of calls on both ends", { timeout }, () => {
  fc.assert(
    fc.property(capacity, start, commands, (capacity, start, commands) => {
      const ring = new RingWithModel(capacity, start);
      for (const command of commands) {
        command(ring);
        ring.check();
      }
    }),
    { numRuns: 400 },
  );
});

test("Every length of payload passes at every position of the ring", { timeout }, () => {
  const capacity = 256;
  for (let position = 0; position < capacity; position += 8) {
    const { maxPayload } = new RingWriter(newRing(capacity), BEFORE, capacity);
    for (let length = 0; length <= maxPayload; length++) {
      const buffer = newRing(capacity, position - capacity);
      const writer = new RingWriter(buffer, BEFORE, capacity);
      const reader = new RingReader(buffer, BEFORE, capacity);
      const payload = Uint8Array.from({ length }, (_, i) => 1 + position + i);
      writer.region.bytes.set(payload, writer.reserve(length));
      writer.commit(3, 4, 5, length);
      assert.ok(reader.next());
      assert.deepEqual(reader.region.bytes.slice(reader.payload, reader.payload + reader.length), payload);
      assertNeighboursUntouched(buffer, capacity);
    }
  }
});

test("A full ring refuses, and takes again as much as was released", { timeout }, () => {
  const buffer = newRing(128);
  const writer = new RingWriter(buffer, BEFORE, 128);
  const reader = new RingReader(buffer, BEFORE, 128);
  for (let id = 0; id < 8; id++) {
    assert.notEqual(writer.reserve(0), -1);
    writer.commit(1, 0, id, 0);
  }
  assert.equal(writer.reserve(0), -1);
  assert.ok(reader.next());
  assert.equal(writer.reserve(0), -1, "a frame that is being read still takes its bytes");
  reader.release();
  assert.notEqual(writer.reserve(0), -1);
  assert.equal(writer.reserve(1), -1);
});

test("A frame belongs to the one who takes it first", { timeout }, () => {
  const buffer = newRing(128);
  const writer = new RingWriter(buffer, BEFORE, 128);
  const reader = new RingReader(buffer, BEFORE, 128);
  const commit = (id: number): number => {
    writer.reserve(0);
    return writer.commit(1, 0, id, 0);
  };
  const [first, second] = [commit(1), commit(2)];
  assert.ok(reader.next());
  assert.ok(reader.claim());
  assert.ok(writer.isClaimed(first));
  assert.equal(writer.revoke(first), false);
  reader.release();
  assert.ok(writer.revoke(second));
  assert.equal(writer.revoke(second), false);
  assert.ok(reader.next(), "a revoked frame keeps its place");
  assert.equal(reader.claim(), false);
  assert.equal(writer.isClaimed(second), false);
});

test("A capacity that is no power of two from 64 on is refused", { timeout }, () => {
  for (const capacity of [0, 32, 63, 65, 96, 1000, -64]) {
    assert.throws(() => new RingWriter(new SharedArrayBuffer(4096), 0, capacity), {
      name: "RangeError",
      message: `Ring capacity must be a power of two of at least 64 bytes: ${capacity}`,
    });
  }
});

test(
  "Two threads move 200,000 frames through a small ring; each is whole, in order, and either claimed or revoked",
  { timeout: 240_000 },
  async () => {
    const count = 200_000;
    const capacity = 2048;
    const ring = newRing(capacity, -40_000);
    const bells = new Int32Array(new SharedArrayBuffer(8));
    const revoked = new Uint8Array(new SharedArrayBuffer(count));
    const worker = new Worker(new URL("./fixtures/ring_producer.ts", import.meta.url), {
      workerData: { ring, offset: BEFORE, capacity, count, bells, revoked },
    });
    const failed = new Promise<never>((_, reject) => worker.once("error", reject));
    const done = new Promise((resolve) => worker.once("message", resolve));
    const claimed = new Uint8Array(count);
    const consume = async (): Promise<void> => {
      const reader = new RingReader(ring, BEFORE, capacity);
      const { maxPayload } = new RingWriter(ring, BEFORE, capacity);
      const frameBell = new Doorbell(bells, 0);
      const spaceBell = new Doorbell(bells, 1);
      for (let id = 0; id < count; id++) {
        while (!reader.next()) await frameBell.sleep(() => reader.hasNext());
        assert.equal(reader.id, id);
        assert.equal(reader.length, crossingLength(id, maxPayload));
        if (reader.claim()) claimed[id] = 1;
        const { bytes } = reader.region;
        for (let i = 0; i < reader.length; i++) {
          if (bytes[reader.payload + i] !== crossingByte(id, i)) assert.fail(`Byte ${i} of frame ${id} is damaged`);
        }
        reader.release();
        spaceBell.ring();
      }
      assert.equal(reader.hasNext(), false);
      await done;
    };
    try {
      await Promise.race([consume(), failed]);
    } finally {
      await worker.terminate();
    }
    const owners = claimed.map((isClaimed, id) => isClaimed + revoked[id]!);
    assert.equal(owners.findIndex((owners) => owners !== 1), -1);
    assertNeighboursUntouched(ring, capacity);
  },
);
