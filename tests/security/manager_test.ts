import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { Client, type Connection, Listener, Manager, Pipe, SyncManager } from "../../mod.ts";
import { double, PatientManager } from "./fixtures/manager_types.ts";

const timeout = 60_000;
const authkey = "a key that others have too";

/** A client of a server that talks to it by hand, as another program may. */
async function strange(manager: SyncManager): Promise<Connection> {
  const client = await Client(manager.address, { authkey });
  await client.recv();
  await client.send(null);
  return client;
}

const raw = (value: unknown): unknown => ({ type: "RAW", value });

describe("A manager's client that is hostile", () => {
  test("It reaches nothing but the server's methods", { timeout }, async () => {
    const manager = await new SyncManager({ authkey }).start();
    const dict = await manager.dict([["key", "value"]]);
    const messages: unknown[] = [
      { id: "1", type: "SET", path: ["__proto__", "polluted"], value: raw("yes") },
      { id: "1", type: "SET", path: ["create", "constructor", "prototype", "polluted"], value: raw("yes") },
      { id: "1", type: "GET", path: ["create", "constructor"] },
      { id: "1", type: "APPLY", path: ["create", "constructor"], argumentList: [raw("return 1")] },
      { id: "1", type: "APPLY", path: ["constructor"], argumentList: [] },
      { id: "1", type: "APPLY", path: ["toString"], argumentList: [] },
      { id: "1", type: "APPLY", path: [["create"]], argumentList: [] },
      { id: "1", type: "CONSTRUCT", path: ["create", "constructor"], argumentList: [raw("return 1")] },
      { id: "1", type: "APPLY", path: ["drop"], argumentList: [{ type: "HANDLER", name: "throw", value: {} }] },
      { id: "1", type: "APPLY", path: ["drop"], argumentList: [null] },
      { id: "1", type: "ENDPOINT", path: [] },
      null,
      7,
    ];
    for (const message of messages) {
      const client = await strange(manager);
      await client.send([0, message]);
      await assert.rejects(client.recv(), { code: "ERR_END_OF_STREAM" }, JSON.stringify(message));
      client.close();
    }
    assert.deepEqual(
      await dict.update(() => [({} as { polluted?: unknown }).polluted, Object.keys(Object.prototype)]),
      [
        undefined,
        [],
      ],
    );
    await manager.shutdown();
  });

  test("A message that is none ends its connection, not the server", { timeout }, async () => {
    const manager = await new SyncManager({ authkey }).start();
    const dict = await manager.dict([["key", "value"]]);
    for (const message of [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(100).fill(255)]) {
      const client = await strange(manager);
      await client.sendBytes(message);
      await assert.rejects(client.recv(), { code: "ERR_END_OF_STREAM" });
      client.close();
    }
    for (const message of [null, "text", ["text"], {}, []]) {
      const client = await strange(manager);
      await client.send(message);
      await assert.rejects(client.recv(), { code: "ERR_END_OF_STREAM" });
      client.close();
    }
    assert.equal(await dict.get("key"), "value");
    await manager.shutdown();
  });

  test("A call with arguments that are none is answered by an error", { timeout }, async () => {
    const manager = await new SyncManager({ authkey }).start();
    const dict = await manager.dict([["key", "value"]]);
    const client = await strange(manager);
    for (const id of ["1", "__proto__", "constructor", 7]) {
      for (const method of ["get", "constructor", "__proto__", "hasOwnProperty", "#update"]) {
        await client.send([1, id, method, Uint8Array.of(200, 0, 0, 0)]);
        const [number, answer] = await client.recv() as [number, Uint8Array];
        assert.equal(number, 1);
        assert.ok(answer instanceof Uint8Array);
      }
    }
    client.close();
    assert.equal(await dict.get("key"), "value");
    await manager.shutdown();
  });

  test("Who says that it shares memory has to prove it, on both sides", { timeout }, async () => {
    const manager = await new SyncManager({ authkey }).start();
    const [end, other] = Pipe();
    for (const proof of [new Uint8Array(16), new Uint8Array(0), "text", null]) {
      const client = await Client(manager.address, { authkey });
      const mark = await client.recv();
      await client.send([proof, mark, Uint8Array.of(3, 0, 0, 0)]);
      await assert.rejects(client.recv(), { code: "ERR_END_OF_STREAM" });
      client.close();
    }
    await manager.shutdown();
    const listener = await new Listener(undefined, { authkey }).ready();
    const client = new SyncManager({ address: listener.address, authkey }).connect();
    const accepted = await listener.accept();
    // The first bytes of the memory are zeros, so anybody knows them.
    await accepted.send([0, new Uint8Array(16)]);
    await accepted.recv();
    await accepted.send([new Uint8Array(16), Uint8Array.of(3, 0, 0, 0)]);
    await assert.rejects(client, { code: "ERR_BAD_MESSAGE" });
    accepted.close();
    end.close();
    other.close();
    await listener.close();
  });
});

describe("Functions of clients", () => {
  test("With a key of the user's, a client of another process brings none", { timeout }, async () => {
    const manager = await new SyncManager({ authkey, context: "process" }).start();
    const dict = await manager.dict([["key", 1]]);
    assert.equal(await dict.get("key"), 1);
    const refused = { code: "ERR_FUNCTION_REFUSED" };
    await assert.rejects(dict.update((map: Map<string, number>) => map.get("key")), refused);
    await assert.rejects(dict.update(double as never), refused);
    await assert.rejects(dict.update({ module: "data:text/javascript,", export: "any" } as never), refused);
    const pool = await manager.Pool(1);
    await assert.rejects(pool.apply(double, [2]), refused);
    await assert.rejects(pool.map(double, [2]), refused);
    await assert.rejects(pool.imap(double, [2]), refused);
    await pool.terminate();
    await manager.shutdown();
  });

  test("With trustClients it does, and where the key is this program's own", { timeout }, async () => {
    for (const options of [{ authkey, trustClients: true }, {}]) {
      const manager = await new SyncManager({ ...options, context: "process" }).start();
      const dict = await manager.dict([["key", 1]]);
      assert.equal(await dict.update((map: Map<string, number>) => map.get("key")), 1);
      await manager.shutdown();
    }
    const strict = await new SyncManager({ context: "process", trustClients: false }).start();
    const dict = await strict.dict();
    await assert.rejects(dict.update(() => 1), { code: "ERR_FUNCTION_REFUSED" });
    await strict.shutdown();
  });

  test("Threads of the server's own program always do", { timeout }, async () => {
    const manager = await new SyncManager({ authkey }).start();
    const dict = await manager.dict([["key", 1]]);
    assert.equal(await dict.update((map: Map<string, number>) => map.get("key")), 1);
    await manager.shutdown();
  });
});

describe("What a manager leaves open", () => {
  test("Nobody but the user enters its folder or connects to its socket", { timeout }, async () => {
    for (const context of ["worker", "process"] as const) {
      const manager = await Manager({ context });
      const { path } = manager.address as { path: string };
      assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      await manager.shutdown();
    }
  });

  test("A proxy with a method then is no promise", { timeout }, async () => {
    const manager = await new PatientManager().start();
    const proxy = await manager.create("Patient");
    assert.equal(await proxy.call("get"), 7);
    assert.equal("then" in proxy, false);
    await manager.shutdown();
  });
});
