import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 60_000;
const deadline = 50_000;
const program = fileURLToPath(new URL("./fixtures/pending_program.ts", import.meta.url));
const LENGTH = 3_000_000;

/** Starts a program that waits in one way; its lines one by one, and its exit code. */
function start(way: string, port = 0) {
  const args = [..."Deno" in globalThis ? ["run", "-A", "--no-check"] : [], program, way, String(port)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), deadline);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown[]> => {
    const { done, value } = await lines.next();
    return done === true ? ["no line any more"] : JSON.parse(value) as unknown[];
  };
  const exited = once(child, "exit").then(([code]) => (clearTimeout(timer), code as number | null));
  return {
    next,
    exited,
    /** The event loop of the program has turned so many times since it began to wait. */
    turned: async (turns: number): Promise<void> => {
      for (let turn: unknown = 0; turn !== turns;) {
        const [what, count] = await next();
        assert.equal(what, "turn", "the program ended while it waited");
        turn = count;
      }
    },
    /** What it says but its turns. */
    rest: async (): Promise<unknown[]> => {
      const said: unknown[] = [];
      for (;;) {
        const [what, value] = await next();
        if (what === "no line any more") return said;
        if (what !== "turn") said.push(value ?? what);
      }
    },
  };
}

type Running = ReturnType<typeof start>;

async function ends(running: Running, found: unknown): Promise<void> {
  assert.deepEqual(await running.rest(), [found, "end"]);
  assert.equal(await running.exited, 0);
}

/** A message of so many bytes as it goes over a socket. */
function frame(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/** Sends a message, the first part of it while the program waits for it and the rest after more of its turns. */
async function sendLate(running: Running, socket: Socket, length: number, first: number): Promise<void> {
  const bytes = frame(length);
  await running.turned(5);
  socket.write(bytes.subarray(0, first));
  await running.turned(10);
  socket.write(bytes.subarray(first));
}

/** The socket of the program that `way` has connect to a server here. */
async function connecting(way: string): Promise<[Running, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const running = start(way, (server.address() as { port: number }).port);
  const [socket] = await once(server, "connection") as [Socket];
  socket.on("error", () => {});
  server.close();
  return [running, socket];
}

/** The socket to the program that `way` has listen. */
async function listening(way: string): Promise<[Running, () => Socket]> {
  const running = start(way);
  const [, port] = await running.next();
  return [running, () => connect(port as number, "127.0.0.1").on("error", () => {})];
}

describe("A program that has nothing to do but to wait at a socket goes on, and ends by itself after that", () => {
  test("accept, until somebody comes late", { timeout }, async () => {
    const [running, connectNow] = await listening("accept");
    await running.turned(5);
    const socket = connectNow();
    socket.write(Uint8Array.of(0, 0, 0, 4, 3, 0, 0, 0));
    await ends(running, true);
    socket.destroy();
  });

  for (
    const [what, length, first] of [["small", 5, 0], ["in two parts", 5, 6], ["long", LENGTH, LENGTH / 2]] as const
  ) {
    test(`recv of who connected, until a message comes late (${what})`, { timeout }, async () => {
      const [running, socket] = await connecting("recv of who connected");
      await sendLate(running, socket, length, first);
      await ends(running, length);
      socket.destroy();
    });

    test(`recv of who accepted, until a message comes late (${what})`, { timeout }, async () => {
      const [running, connectNow] = await listening("recv of who accepted");
      const socket = connectNow();
      await sendLate(running, socket, length, first);
      await ends(running, length);
      socket.destroy();
    });
  }

  test("Client, until the other side ends what it has not begun to prove", { timeout }, async () => {
    const [running, socket] = await connecting("proof of the key");
    await running.turned(5);
    socket.destroy();
    await ends(running, "AuthenticationError");
  });
});
