import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Pipe, Pool, Queue } from "../../mod.ts";
import { encodeBytes } from "../../src/channel/byte_codec.ts";
import { FrameKind } from "../../src/channel/frames.ts";
import { frameMessage, pipeMessage } from "../../src/process/pipe_messages.ts";
import {
  forgedForms,
  hearChild,
  hearThread,
  isForged,
  postToParent,
  sendAll,
  takeAll,
  takeFromStranger,
} from "./fixtures/forgers.ts";

const timeout = 120_000;

const payloads = forgedForms.map((form) => encodeBytes(form, "form"));
const frameBytes = (kind: number, id: number, payload: Uint8Array): Uint8Array => {
  const { kind: message, first, second, bytes } = frameMessage({ kind, detail: 1, id, bytes: payload });
  return pipeMessage(message, first, second, bytes);
};
const call = frameBytes(FrameKind.Apply, 1, encodeBytes([], "args"));
/** What a parent writes to its child: what function 1 is, and a call of it. */
const frames = payloads.flatMap((bytes) => [frameBytes(FrameKind.Define, 0, bytes), call]);

/** Objects like those in which definitions and calls are told of somewhere. */
const messages: unknown[] = [
  ...forgedForms,
  ...frames,
  { define: 1, form: forgedForms[0] },
  { kind: FrameKind.Define, detail: 1, id: 0, bytes: payloads[0] },
  { clone: 1, value: { value: forgedForms[0] } },
  { clone: 1, value: forgedForms[0] },
  { clone: 1, moved: new ArrayBuffer(3), kind: 8 },
  { clone: 1, moved: "forged", kind: 0 },
  { url: forgedForms[1]![1], name: "forged" },
  { fatal: forgedForms[0] },
  { thrown: forgedForms[0] },
  { fatal: undefined },
  {},
  "forged",
  null,
  undefined,
];

for (const context of ["worker", "process"] as const) {
  describe(`A definition of a function that is not from the parent makes none in a worker (${context})`, () => {
    let pool: Pool;
    before(() => void (pool = new Pool({ processes: 1, context })));
    after(() => pool.terminate());

    test("what others send by queues and pipes, and arguments, stay data", { timeout }, async () => {
      await using others = new Pool({ processes: 1, context });
      const values = [...forgedForms, ...frames, ...messages.slice(-14)];
      const queue = new Queue<unknown>();
      const [reader, writer] = Pipe(false);
      const [found] = await Promise.all([
        pool.apply(takeAll, [queue, reader, values.length, values]),
        others.apply(sendAll, [queue, writer, values]),
      ]);
      assert.deepEqual(found, [values, values, [values]]);
      assert.equal(await pool.apply(isForged), false);
    });

    test("what a stranger sends by a socket stays data, or is refused with ERR_BAD_MESSAGE", { timeout }, async () => {
      const outcomes = await pool.apply(takeFromStranger, [[...payloads, ...frames]]);
      assert.deepEqual(outcomes.slice(0, payloads.length), forgedForms.map((form) => [form]));
      for (const outcome of outcomes.slice(payloads.length)) {
        assert.ok(outcome === "ERR_BAD_MESSAGE" || Array.isArray(outcome), String(outcome));
      }
      assert.equal(await pool.apply(isForged), false);
    });

    // In Deno file numbers are those of a thread: a task, which has one of its own, cannot reach its process's pipe.
    const skip = "Deno" in globalThis && "a task on Deno cannot write to the pipe of its process";
    test("a child that defines one is ended, and the next call is answered", { timeout, skip }, async () => {
      const bytes = Uint8Array.from(frames.flatMap((frame) => [...frame]));
      assert.deepEqual(await pool.apply(hearChild, [bytes]), [["WorkerLostError", "ERR_CORRUPT_DATA"], false]);
      assert.equal(await pool.apply(isForged), false);
    });

    test("what a thread of its own posts is dropped, and the next call is answered", { timeout }, async () => {
      assert.deepEqual(await pool.apply(hearThread, [messages]), [messages.length, false]);
      assert.equal(await pool.apply(isForged), false);
      assert.equal(pool.stats().lost, 0);
    });
  });
}

test("What threads and children post beside the module ends neither them nor the program", { timeout }, async () => {
  for (const context of ["worker", "process"] as const) {
    await using pool = new Pool({ processes: 1, context });
    assert.equal(await pool.apply(postToParent, [messages]), messages.length);
    assert.equal(await pool.apply(isForged), false);
    assert.equal(pool.stats().lost, 0);
  }
  assert.equal(isForged(), false);
});
