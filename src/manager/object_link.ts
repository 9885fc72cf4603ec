import type { SocketAddress } from "../runtime/sockets.ts";
import { describeAddress } from "../queue/address.ts";

/** How to end a call early. */
export interface CallOptions {
  /** Gives the call up; where the server has answered already the answer stands. */
  readonly signal?: AbortSignal | undefined;
}

/** A way to the objects of one server: over a connection, or in the server itself. */
export interface ObjectLink {
  call(id: string, method: string, args: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Counts a proxy of the object that came by another way. */
  adopt(id: string): void;
  /** Counts a proxy of the object that came from the server, which has counted it. */
  received(id: string): void;
  /** Counts a proxy of the object that is no longer used. */
  drop(id: string): void;
  /** Keeps a proxy that was sent away, so that its object is there when it arrives. */
  keep(proxy: object): void;
}

/** Where a server is and what it asks for. */
export interface ServerPlace {
  /** Where it listens. */
  readonly address: SocketAddress;
  /** The authentication key in base64. */
  readonly key: string;
}

interface LocalServer {
  readonly key: string;
  readonly link: () => ObjectLink;
}

const local: Map<string, LocalServer> = new Map();

/** Says that a server is on this thread, and how the process that runs gets a link to it. The result takes that back. */
export function setLocalServer({ address, key }: ServerPlace, link: () => ObjectLink): () => void {
  const name = describeAddress(address);
  const server = { key, link };
  local.set(name, server);
  return () => {
    if (local.get(name) === server) local.delete(name);
  };
}

/** The link of the process that runs to the server at a place, where that is on this thread. */
export function localLink({ address, key }: ServerPlace): ObjectLink | undefined {
  const server = local.size === 0 ? undefined : local.get(describeAddress(address));
  return server?.key === key ? server.link() : undefined;
}

/** What becomes of the proxies in what is being encoded or decoded. */
export interface Passage {
  /** The link by which it comes: its server has counted those of its proxies that are in it. */
  readonly from?: ObjectLink;
  /** The link by which it goes: its server counts those proxies itself. */
  readonly to?: ObjectLink;
  /** In a server: where that is, as text. */
  readonly server?: string;
  /** In a server: is told of each of its objects that goes to the client. */
  readonly onSend?: (id: string) => void;
}

let passage: Passage = {};

/** The passage of what is being encoded or decoded. */
export function currentPassage(): Passage {
  return passage;
}

/** Encodes or decodes as part of a passage. */
export function passing<R>(by: Passage, run: () => R): R {
  const before = passage;
  passage = by;
  try {
    return run();
  } finally {
    passage = before;
  }
}
