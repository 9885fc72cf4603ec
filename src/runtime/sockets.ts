import { chmodSync } from "node:fs";
import { mkdtemp, readdir, rm, rmdir, stat } from "node:fs/promises";
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { process } from "./host_process.ts";

/** Where a listener is: a host and port of TCP, or the path of a unix socket. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** One end of a stream of bytes. It holds the program only between `hold` and `release`. */
export interface ByteSocket {
  /** The other end's address; `undefined` for unix sockets, whose callers have none. */
  readonly remote: SocketAddress | undefined;
  /** Resolves when the system has taken the bytes, which must not be changed before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Gives what has come, in pieces; the bytes are the caller's to keep. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when nothing more will come; with the error that is the reason, where there is one. */
  onEnd(listener: (error: Error | undefined) => void): void;
  /** Stops and resumes reading, so that what nobody takes stays with the sender. */
  pause(): void;
  resume(): void;
  /** Sends what was written and then the end. */
  end(): void;
  /** Drops it at once. */
  destroy(): void;
  hold(): void;
  release(): void;
}

/** A listening socket. */
export interface SocketServer {
  readonly address: SocketAddress;
  hold(): void;
  release(): void;
  /** Takes no more connections, and leaves those that there are. Resolves when the address is free again. */
  close(): Promise<void>;
}

/** Starts and stops counting on the program's life. */
interface Holdable {
  ref(): unknown;
  unref(): unknown;
}

/** Both for a target that does not hold the program until then. */
export function holder(target: Holdable): { hold(): void; release(): void } {
  let holds = 0;
  target.unref();
  return {
    hold: () => void (holds++ === 0 && target.ref()),
    release: () => void (--holds === 0 && target.unref()),
  };
}

function remoteOf({ remoteAddress, remotePort }: Socket): SocketAddress | undefined {
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : { host: remoteAddress, port: remotePort };
}

function byteSocket(socket: Socket): ByteSocket {
  socket.setNoDelay(true);
  let failure: Error | undefined;
  let isOver = false;
  const listeners: ((error: Error | undefined) => void)[] = [];
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    for (const listener of listeners) listener(failure);
  };
  socket.on("error", (error) => failure = error);
  socket.on("end", finish);
  socket.on("close", finish);
  return {
    ...holder(socket),
    remote: remoteOf(socket),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (isOver || socket.destroyed) return reject(failure ?? new Error("The socket is closed"));
        socket.write(bytes, (error) => error ? reject(error) : resolve());
      }),
    onData: (listener) => void socket.on("data", listener),
    onEnd: (listener) => void (isOver ? queueMicrotask(() => listener(failure)) : listeners.push(listener)),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

function addressOf(server: Server): SocketAddress {
  const address = server.address() as AddressInfo | string;
  return typeof address === "string" ? { path: address } : { host: address.address, port: address.port };
}

/** What the owner of a unix socket may do with it, and nobody else: who cannot write to it cannot connect. */
const OWNER_ONLY = 0o600;

/** Lets nobody but this user connect to the unix socket at `path`. */
export function ownerOnly(path: string): void {
  chmodSync(path, OWNER_ONLY);
}

/** Listens at an address; `onSocket` gets each that connects. Rejects with the system's error. */
export function listenAt(
  address: SocketAddress,
  backlog: number,
  onSocket: (socket: ByteSocket) => void,
): Promise<SocketServer> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => onSocket(byteSocket(socket)));
    server.once("error", reject);
    server.listen({ ...address, backlog }, () => {
      server.off("error", reject);
      try {
        if ("path" in address) ownerOnly(address.path);
      } catch (error) {
        server.close();
        return reject(error);
      }
      // One connection that cannot be taken, as for want of descriptors, does not end the listener.
      server.on("error", () => {});
      const { hold, release } = holder(server);
      resolve({
        address: addressOf(server),
        hold,
        release,
        // It calls back when its connections have ended; the address is free at once.
        close: () => Promise.resolve(void server.close()),
      });
    });
  });
}

/** Connects to a listener. Rejects with the system's error, or with the reason of the signal. */
export function connectTo(address: SocketAddress, signal: AbortSignal): Promise<ByteSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connectSocket({ ...address });
    const abort = (): void => void socket.destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", (error) => reject(signal.aborted ? signal.reason : error));
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      resolve(byteSocket(socket));
    });
  });
}

const FOLDER = "manyhands-";
const SOCKET = "socket";
/** Milliseconds after which a folder without a socket is none of a program that is about to listen there. */
const EMPTY_MS = 60_000;

/**
 * Makes a folder that only this user can enter, with room for a socket in it. Those that programs have left which were
 * killed are removed first.
 */
export async function freshSocketPath(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  await removeLeftFolders();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  const path = join(folder, SOCKET);
  return { path, remove: () => removeSocketFolder(path) };
}

/** Removes the folder that `freshSocketPath` made for `path`, if it is still there. */
export async function removeSocketFolder(path: string): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true });
}

async function removeLeftFolders(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = Number(new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const path = join(tmpdir(), name, SOCKET);
    // A process of another container has a number of its own kind, so the socket has the last word.
    const end = await endAt(path);
    if (end === "ECONNREFUSED") await removeSocketFolder(path).catch(() => {});
    else if (end === "ENOENT") await removeOldEmpty(dirname(path)).catch(() => {});
  }
}

/** Removes a folder whose program was killed before it listened or after it had ended that. */
async function removeOldEmpty(folder: string): Promise<void> {
  const { mtimeMs } = await stat(folder);
  if (Date.now() - mtimeMs > EMPTY_MS) await rmdir(folder);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

/** The system's code for why nobody is to be reached at `path`; `undefined` where somebody is. */
function endAt(path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connectSocket({ path });
    socket.once("error", (error) => resolve((error as { code?: unknown }).code));
    socket.once("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

/** What there is to do with sockets. */
export interface Sockets {
  readonly listenAt: typeof listenAt;
  readonly connectTo: typeof connectTo;
  readonly freshSocketPath: typeof freshSocketPath;
  readonly removeSocketFolder: typeof removeSocketFolder;
}
