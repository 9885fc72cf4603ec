import assert from "node:assert/strict";
import { Server, Socket } from "node:net";
import { mock, test } from "node:test";
import { Client, Listener } from "../../mod.ts";

const isDeno = "Deno" in globalThis;

function refuse(): never {
  throw new Error("This is node:net");
}

// Of each thread that has read from a socket of `node:net` Deno keeps 64 KiB. The soak shows that; this is quicker.
test("a unix socket on Deno is none of node:net", { timeout: 30_000, skip: !isDeno }, async (context) => {
  mock.method(Server.prototype, "listen", refuse);
  mock.method(Socket.prototype, "connect", refuse);
  context.after(() => mock.restoreAll());
  await assert.rejects(new Listener("127.0.0.1:0").ready(), /This is node:net/);
  const listener = await new Listener().ready();
  const client = await Client(listener.address);
  const accepted = await listener.accept();
  const long = new Uint8Array(1_000_000).fill(7);
  await Promise.all([client.send(long), accepted.recv().then((bytes) => accepted.send(bytes))]);
  assert.deepEqual(await client.recv(), long);
  client.close();
  await assert.rejects(accepted.recv(), { code: "ERR_END_OF_STREAM" });
  accepted.close();
  await listener.close();
});
