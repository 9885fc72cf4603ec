import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, Listener, OutOfMemoryError, Process } from "../../mod.ts";
import { sendLong } from "./fixtures/socket_targets.ts";

const timeout = 60_000;
const LENGTH = 3_333_333;

async function withSender(receive: (accepted: Awaited<ReturnType<Listener["accept"]>>) => Promise<void>) {
  const listener = await new Listener().ready();
  const sender = new Process({ target: sendLong, args: [listener.address, LENGTH], context: "process" });
  sender.start();
  const accepted = await listener.accept();
  await receive(accepted);
  accepted.close();
  await listener.close();
  await sender.join();
}

/** Lets the engine refuse an array of just so many bytes, as it does where there is no memory. */
function refuseArraysOf(length: number): () => void {
  const original = globalThis.Uint8Array;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args) {
      if (args[0] === length) throw new RangeError("Array buffer allocation failed");
      return Reflect.construct(target, args) as object;
    },
  });
  return () => void (globalThis.Uint8Array = original);
}

describe("A long message over a socket", () => {
  test("arrives as it was sent, bytes and value, and so does what follows it", { timeout }, async () => {
    await withSender(async (accepted) => {
      for (const message of [await accepted.recvBytes(), await accepted.recv() as Uint8Array]) {
        assert.equal(message.length, LENGTH);
        assert.ok(message.every((byte, index) => byte === index % 251));
      }
      assert.equal(await accepted.recv(), "after");
    });
  });

  test("is its sender's own again once send was called", { timeout }, async () => {
    const listener = await new Listener().ready();
    const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address)]);
    const bytes = new Uint8Array(LENGTH).fill(1);
    const sent = [client.sendBytes(bytes), client.send(bytes)];
    bytes.fill(2);
    const first = await accepted.recvBytes();
    assert.ok(first.every((byte) => byte === 1));
    const second = await accepted.recv() as Uint8Array;
    assert.ok(second.every((byte) => byte === 1));
    await Promise.all(sent);
    for (const end of [accepted, client, listener]) await end.close();
  });

  test("for which there is no memory fails with OutOfMemoryError, and ends the connection", { timeout }, async () => {
    await withSender(async (accepted) => {
      const restore = refuseArraysOf(LENGTH);
      try {
        await assert.rejects(accepted.recvBytes(), OutOfMemoryError);
        await assert.rejects(accepted.recv(), OutOfMemoryError);
      } finally {
        restore();
      }
    });
  });
});
