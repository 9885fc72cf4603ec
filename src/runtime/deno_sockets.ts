import { setTimeout } from "node:timers";
import { type Deferred, deferred } from "../core/deferred.ts";
import { type ByteSocket, holder, ownerOnly, type SocketAddress, type Sockets, type SocketServer } from "./sockets.ts";

type DenoAddress = { readonly transport: "unix"; readonly path: string } | {
  readonly transport: "tcp";
  readonly hostname: string;
  readonly port: number;
};

interface DenoConn {
  readonly remoteAddr: DenoAddress;
  /** Bytes read; `null` at the end. */
  read(target: Uint8Array): Promise<number | null>;
  /** Bytes taken, which may be fewer. */
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  /** Not for unix sockets. */
  setNoDelay?(isSentAtOnce: boolean): void;
  close(): void;
  ref(): void;
  unref(): void;
}

interface DenoListener {
  readonly addr: DenoAddress;
  accept(): Promise<DenoConn>;
  close(): void;
  ref(): void;
  unref(): void;
}

/** The part of `Deno` that is used here. */
interface DenoGlobal {
  listen(options: DenoAddress & { readonly tcpBacklog: number }): DenoListener;
  connect(options: DenoAddress & { readonly signal: AbortSignal }): Promise<DenoConn>;
}

function deno(): DenoGlobal {
  return (globalThis as unknown as { Deno: DenoGlobal }).Deno;
}

/** Bytes that are read at a time: at first, and at the most where that many come. */
const LEAST_READ = 4096;
const MOST_READ = 65_536;
/** Milliseconds until the next try where a connection could not be taken. */
const RETRY_MS = 50;

/** `sockets` by Deno's own functions: of each thread that has read from a socket of `node:net` it keeps 64 KiB for ever. */
export function denoSockets(sockets: Sockets): Sockets {
  return { ...sockets, listenAt, connectTo };
}

function toDeno(address: SocketAddress): DenoAddress {
  if ("path" in address) return { transport: "unix", path: address.path };
  return { transport: "tcp", hostname: address.host, port: address.port };
}

function fromDeno(address: DenoAddress): SocketAddress {
  return address.transport === "unix" ? { path: address.path } : { host: address.hostname, port: address.port };
}

async function listenAt(
  address: SocketAddress,
  backlog: number,
  onSocket: (socket: ByteSocket) => void,
): Promise<SocketServer> {
  const listener = await deno().listen({ ...toDeno(address), tcpBacklog: backlog });
  try {
    if ("path" in address) ownerOnly(address.path);
  } catch (error) {
    listener.close();
    throw error;
  }
  let isClosed = false;
  const acceptAll = async (): Promise<void> => {
    while (!isClosed) {
      const conn = await listener.accept().catch(() => undefined);
      if (conn !== undefined) onSocket(byteSocket(conn));
      // One connection that cannot be taken, as for want of descriptors, does not end the listener.
      else if (!isClosed) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  };
  const accepting = acceptAll();
  return {
    ...holder(listener),
    address: fromDeno(listener.addr),
    close: () => {
      if (isClosed) return accepting;
      isClosed = true;
      // Who waits for the end of the last `accept` is alive until then.
      listener.ref();
      listener.close();
      return accepting;
    },
  };
}

async function connectTo(address: SocketAddress, signal: AbortSignal): Promise<ByteSocket> {
  signal.throwIfAborted();
  const conn = await deno().connect({ ...toDeno(address), signal });
  // Deno heeds the signal of TCP alone; a connection to a unix socket does not wait.
  if (signal.aborted) {
    conn.close();
    throw signal.reason;
  }
  return byteSocket(conn);
}

function byteSocket(conn: DenoConn): ByteSocket {
  conn.setNoDelay?.(true);
  let failure: Error | undefined;
  let [isOver, isEnding, isClosed] = [false, false, false];
  let pause: Deferred<void> | undefined;
  let written: Promise<unknown> = Promise.resolve();
  const listeners: ((error: Error | undefined) => void)[] = [];
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    for (const listener of listeners) listener(failure);
  };
  const close = (error?: Error): void => {
    if (!isClosed) {
      isClosed = true;
      failure = error;
      conn.close();
    }
    finish();
  };
  const end = (): Promise<unknown> => {
    if (!isEnding) written = written.then(() => isClosed ? undefined : conn.closeWrite()).catch(() => {});
    isEnding = true;
    return written;
  };
  const writeAll = async (bytes: Uint8Array): Promise<void> => {
    let sent = 0;
    try {
      while (sent < bytes.length) sent += await conn.write(bytes.subarray(sent));
    } catch (error) {
      close(error as Error);
      throw error;
    }
  };
  const readAll = async (listener: (bytes: Uint8Array) => void): Promise<void> => {
    let buffer = new Uint8Array(LEAST_READ);
    for (;;) {
      const count = await conn.read(buffer).catch((error) => (close(error), null));
      while (pause !== undefined) await pause.promise;
      if (isClosed) return;
      if (count === null) break;
      listener(buffer.slice(0, count));
      if (count === buffer.length && count < MOST_READ) buffer = new Uint8Array(2 * count);
    }
    finish();
    // Who has nothing more to hear has nothing more to say than what was written.
    await end();
    close();
  };
  return {
    ...holder(conn),
    remote: conn.remoteAddr.transport === "unix" ? undefined : fromDeno(conn.remoteAddr),
    write: (bytes) => {
      if (isOver || isEnding || isClosed) return Promise.reject(failure ?? new Error("The socket is closed"));
      const writing = written.then(() => writeAll(bytes));
      written = writing.catch(() => {});
      return writing;
    },
    onData: (listener) => void readAll(listener),
    onEnd: (listener) => void (isOver ? queueMicrotask(() => listener(failure)) : listeners.push(listener)),
    pause: () => void (pause ??= deferred()),
    resume: () => {
      pause?.resolve();
      pause = undefined;
    },
    end: () => void end(),
    destroy: () => close(),
  };
}
