import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import {
  AuthenticationError,
  Client,
  ClosedError,
  EndOfStreamError,
  Listener,
  type ListenerOptions,
  ManyhandsError,
  Process,
  SharedArray,
  TaskEncodingError,
  TimeoutError,
} from "../../mod.ts";
import * as targets from "./fixtures/socket_targets.ts";

const timeout = 60_000;
const families = ["tcp", "unix"] as const;

async function connected(options: ListenerOptions = {}) {
  const listener = await new Listener(undefined, options).ready();
  const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address, options)]);
  const end = async (): Promise<void> => {
    client.close();
    accepted.close();
    await listener.close();
  };
  return { listener, accepted, client, end };
}

describe("_TestListener", () => {
  for (const family of families) {
    test(`test_multiple_bind: a second listener at the same address is refused (${family})`, { timeout }, async () => {
      const listener = await new Listener(undefined, { family }).ready();
      const second = new Listener(listener.address);
      await assert.rejects(second.ready(), (error) => error instanceof ManyhandsError && error.code === "ERR_LISTEN");
      await assert.rejects(second.accept(), { code: "ERR_LISTEN" });
      await listener.close();
    });

    test(`test_context: a value arrives; accept after close is refused (${family})`, { timeout }, async () => {
      const { listener, accepted, client, end } = await connected({ family });
      await accepted.send(1729);
      assert.equal(await client.recv(), 1729);
      await end();
      await assert.rejects(listener.accept(), ClosedError);
    });
  }

  test("test_empty_authkey: an empty key is a key", { timeout }, async () => {
    const { accepted, client, end } = await connected({ authkey: new Uint8Array() });
    await client.send("let in");
    assert.equal(await accepted.recv(), "let in");
    await end();
  });

  test("A closed listener's address is free again at once, its own folder is gone", { timeout }, async () => {
    const tcp = await new Listener("127.0.0.1:0").ready();
    const { address } = tcp;
    await tcp.close();
    const again = await new Listener(address).ready();
    await again.close();
    const unix = await new Listener().ready();
    const path = (unix.address as { path: string }).path;
    assert.ok(existsSync(path));
    await unix.close();
    assert.ok(!existsSync(dirname(path)));
  });

  test("A pending accept ends with the listener, with its time and with its signal", { timeout }, async () => {
    const listener = await new Listener().ready();
    await assert.rejects(listener.accept({ timeout: 1 }), TimeoutError);
    const reason = new Error("changed my mind");
    await assert.rejects(listener.accept({ signal: AbortSignal.abort(reason) }), reason);
    const pending = listener.accept();
    await Promise.all([assert.rejects(pending, ClosedError), listener.close()]);
  });

  test("lastAccepted tells where the client was", { timeout }, async () => {
    const { listener, end } = await connected({ family: "tcp" });
    assert.equal((listener.lastAccepted as { host: string }).host, "127.0.0.1");
    await end();
    const unix = await connected();
    assert.equal(unix.listener.lastAccepted, null);
    await unix.end();
  });
});

describe("TestInvalidFamily", () => {
  test("test_invalid_family: an address of another family is refused", { timeout }, () => {
    assert.throws(() => new Listener(String.raw`\\.\test`), RangeError);
    assert.throws(() => new Listener("127.0.0.1:0", { family: "unix" }), RangeError);
    assert.throws(() => new Listener("/some/socket", { family: "tcp" }), RangeError);
    assert.throws(() => new Listener(undefined, { family: "pipe" as "unix" }), RangeError);
  });

  test("What is no address or key is refused", { timeout }, async () => {
    for (const address of ["", "host:65536", { host: "", port: 1 }, { port: 1 }, 7]) {
      assert.throws(() => new Listener(address as string), RangeError, JSON.stringify(address));
    }
    assert.throws(() => new Listener(undefined, { authkey: 7 as unknown as string }), TypeError);
    assert.throws(() => new Listener(undefined, { backlog: 0 }), RangeError);
    await assert.rejects(Client("nowhere:x:y/", {}), { code: "ERR_CONNECT" });
  });

  test("Without a key nobody listens where other machines can connect", { timeout }, async () => {
    assert.throws(() => new Listener("0.0.0.0:0"), /without an authkey/);
    assert.throws(() => new Listener("[::]:0"), RangeError);
    const listener = await new Listener("0.0.0.0:0", { authkey: "secret" }).ready();
    await listener.close();
  });
});

describe("_TestListenerClient", () => {
  for (const family of families) {
    test(`test_listener_client: a child's greeting arrives (${family})`, { timeout }, async () => {
      const listener = await new Listener(undefined, { family }).ready();
      const child = new Process({ target: targets.greet, args: [listener.address] });
      child.start();
      const connection = await listener.accept();
      assert.equal(await connection.recv(), "hello");
      await child.join();
      assert.equal(child.exitCode, 0);
      await assert.rejects(connection.recv(), EndOfStreamError);
      connection.close();
      await listener.close();
    });

    test(`test_issue14725: what a client sent before it went is read (${family})`, { timeout }, async () => {
      const listener = await new Listener(undefined, { family }).ready();
      const child = new Process({ target: targets.greet, args: [listener.address] });
      child.start();
      await child.join();
      const connection = await listener.accept();
      assert.equal(await connection.recv(), "hello");
      connection.close();
      await listener.close();
    });

    test(`test_issue16955: poll sees a message of bytes (${family})`, { timeout }, async () => {
      const { accepted, client, end } = await connected({ family });
      await accepted.sendBytes(new TextEncoder().encode("hello"));
      assert.equal(await client.poll(30_000), true);
      await end();
    });
  }

  test("A client whom nobody waits for is refused", { timeout }, async () => {
    const listener = await new Listener("127.0.0.1:0").ready();
    const { address } = listener;
    await listener.close();
    await assert.rejects(Client(address), { code: "ERR_CONNECT" });
  });
});

describe("Connections over sockets", () => {
  test("Messages stay whole and in order, empty and long ones too", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    const long = new Uint8Array(5_000_000).map((_, index) => index % 251);
    const messages = [new Uint8Array(), new Uint8Array([1]), long, new Uint8Array(), new Uint8Array([2, 3])];
    const sending = Promise.all(messages.map((message) => client.sendBytes(message)));
    for (const message of messages) assert.deepEqual(await accepted.recvBytes(), message);
    await sending;
    await client.sendBytes(new Uint8Array([1, 2, 3, 4]), 1, 2);
    assert.deepEqual(await accepted.recvBytes(), new Uint8Array([2, 3]));
    await end();
  });

  test("Values keep their types", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    const value = { text: "ж", big: 2n ** 70n, when: new Date(5), map: new Map([[1, new Set([2])]]), none: undefined };
    await client.send(value);
    assert.deepEqual(await accepted.recv(), value);
    await client.send(new RangeError("too far"));
    const error = await accepted.recv();
    assert.ok(error instanceof RangeError && error.message === "too far");
    await end();
  });

  test("What cannot travel is refused at the send, with its path; the connection lives on", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    const isAt = (path: string) => (error: unknown): boolean =>
      error instanceof TaskEncodingError && error.path === path;
    await assert.rejects(client.send({ on: () => {} }), isAt("message.on"));
    const array = new SharedArray("i", 1);
    await assert.rejects(client.send([array]), isAt("message[0]"));
    array.dispose();
    await client.send("next");
    assert.equal(await accepted.recv(), "next");
    await end();
  });

  test("Of several who wait each gets one message, in order, and the rest go on waiting", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    const [first, second, third] = [client.recv(), client.recv(), client.recv({ timeout: 1000 })];
    const isLate = assert.rejects(third, TimeoutError);
    await accepted.send(1);
    assert.equal(await first, 1);
    await accepted.send(2);
    assert.equal(await second, 2);
    await isLate;
    const last = assert.rejects(client.recv(), EndOfStreamError);
    accepted.close();
    await last;
    await end();
  });

  test("After the end of the other side comes the end; after close nothing", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    assert.equal(await client.poll(), false);
    await accepted.send("last");
    accepted.close();
    assert.equal(await client.recv(), "last");
    await assert.rejects(client.recv(), EndOfStreamError);
    assert.equal(await client.poll(), true);
    client.close();
    assert.ok(client.closed);
    await assert.rejects(client.recv(), ClosedError);
    await assert.rejects(client.send(1), ClosedError);
    await end();
  });

  test("A message that is longer than was asked for ends the connection", { timeout }, async () => {
    const { accepted, client, end } = await connected();
    await client.sendBytes(new Uint8Array(10));
    await assert.rejects(accepted.recvBytes(9), { code: "ERR_MESSAGE_TOO_LONG" });
    assert.ok(accepted.closed);
    await end();
  });

  test("A wait ends with its time and its signal", { timeout }, async () => {
    const { client, end } = await connected();
    await assert.rejects(client.recv({ timeout: 1 }), TimeoutError);
    const reason = new Error("changed my mind");
    const abort = new AbortController();
    const pending = client.recv({ signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(pending, reason);
    await end();
  });
});

describe("Keys", () => {
  test("Who has another key is turned away, on both sides", { timeout }, async () => {
    const listener = await new Listener(undefined, { authkey: "right" }).ready();
    const accepting = assert.rejects(listener.accept(), AuthenticationError);
    await assert.rejects(Client(listener.address, { authkey: "wrong" }), AuthenticationError);
    await accepting;
    const [accepted, client] = await Promise.all([
      listener.accept(),
      Client(listener.address, { authkey: new TextEncoder().encode("right") }),
    ]);
    await client.send("in");
    assert.equal(await accepted.recv(), "in");
    client.close();
    accepted.close();
    await listener.close();
  });

  test("Before it has proved its key a client cannot send what fills memory", { timeout }, async () => {
    const listener = await new Listener(undefined, { authkey: "right" }).ready();
    const client = await Client(listener.address);
    await client.recvBytes();
    await client.sendBytes(new Uint8Array(257));
    await assert.rejects(listener.accept(), AuthenticationError);
    await assert.rejects(client.recvBytes(), EndOfStreamError);
    client.close();
    await listener.close();
  });

  test("What is sent at once after the key was proved arrives, however long", { timeout }, async () => {
    const listener = await new Listener(undefined, { authkey: "right" }).ready();
    for (const size of [300, 100_000, 0]) {
      const client = await Client(listener.address, { authkey: "right" });
      await client.sendBytes(new Uint8Array(size));
      const accepted = await listener.accept();
      assert.equal((await accepted.recvBytes()).length, size);
      client.close();
      accepted.close();
    }
    await listener.close();
  });

  test("A listener that does not answer is given up after the client's time", { timeout }, async () => {
    const listener = await new Listener().ready();
    await assert.rejects(Client(listener.address, { authkey: "any", timeout: 20 }), TimeoutError);
    await listener.close();
  });
});
