import assert from "node:assert/strict";
import { test } from "node:test";
import { type ManyhandsError, Pool, WorkerLostError } from "../../mod.ts";
import { PipeKind, pipeMessage } from "../../src/process/pipe_messages.ts";
import { scribble } from "./fixtures/scribble.ts";

const timeout = 120_000;
const words = (...numbers: number[]): Uint8Array => new Uint8Array(Int32Array.from(numbers).buffer);
const payload = words(1024, 64, 1);

/** What a child might send that is no message, or none that a child of a pool may send now. */
const wrong = {
  "a message of less than no bytes": words(PipeKind.Frame, -5, 0, 0),
  "a frame that tells of memory of the parent": pipeMessage(PipeKind.Frame, 8 | 0x20, 0, payload),
  "a part of a payload": pipeMessage(PipeKind.Frame, 16, 2 ** 31 - 1, payload),
  "the answer to another task": pipeMessage(PipeKind.Frame, 8, 12_345, words(4, 7)),
};

// In Deno file numbers are those of a thread: a task, which has one of its own, cannot reach its process's pipe.
const skip = "Deno" in globalThis && "a task on Deno cannot write to the pipe of its process";

test("A child whose bytes are no messages is ended, and only its task fails", { timeout, skip }, async () => {
  await using pool = new Pool({ processes: 1, context: "process" });
  for (const [name, bytes] of Object.entries(wrong)) {
    const hurt = pool.apply(scribble, [bytes]);
    const next = pool.apply((x: number) => x + 1, [1]);
    const [lost, answered] = await Promise.allSettled([hurt, next]);
    const { reason } = lost as PromiseRejectedResult;
    assert.ok(reason instanceof WorkerLostError, `${name}: ${reason}`);
    assert.equal((reason.cause as ManyhandsError | undefined)?.code, "ERR_CORRUPT_DATA", name);
    assert.deepEqual(answered, { status: "fulfilled", value: 2 });
  }
  assert.equal(pool.stats().lost, Object.keys(wrong).length);
});
