import assert from "node:assert/strict";
import { Server, Socket } from "node:net";
import { mock, test } from "node:test";
import { type Address, Client, Listener } from "../../mod.ts";
import { inTemporaryFolder } from "../text/temporary_folder.ts";

const isDeno = "Deno" in globalThis;

function refuse(): never {
  throw new Error("This is node:net");
}

async function sendThereAndBack(address: Address): Promise<void> {
  const listener = await new Listener(address).ready();
  const client = await Client(listener.address);
  const accepted = await listener.accept();
  const long = new Uint8Array(1_000_000).fill(7);
  await Promise.all([client.send(long), accepted.recv().then((bytes) => accepted.send(bytes))]);
  assert.deepEqual(await client.recv(), long);
  client.close();
  await assert.rejects(accepted.recv(), { code: "ERR_END_OF_STREAM" });
  accepted.close();
  await listener.close();
}

// Of each thread that has read from a socket of `node:net` Deno keeps 64 KiB. The soak shows that; this is quicker.
test("a socket on Deno is none of node:net", { timeout: 30_000, skip: !isDeno }, async (context) => {
  mock.method(Server.prototype, "listen", refuse);
  mock.method(Socket.prototype, "connect", refuse);
  context.after(() => mock.restoreAll());
  await inTemporaryFolder(async (folder) => {
    // The address is free again at once.
    for (let i = 0; i < 5; i++) await sendThereAndBack({ path: folder.at("socket") });
  });
  for (const host of ["127.0.0.1", "localhost"]) await sendThereAndBack({ host, port: 0 });
});
