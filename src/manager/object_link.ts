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

const local: Map<string, ObjectLink> = new Map();

/** Says that this thread is the server at `address`. */
export function setLocalLink(address: SocketAddress, link: ObjectLink): void {
  local.set(describeAddress(address), link);
}

/** The link to the server that this thread is, where it is the one at `address`. */
export function localLink(address: SocketAddress): ObjectLink | undefined {
  return local.size === 0 ? undefined : local.get(describeAddress(address));
}

/** What becomes of the proxies in what is being encoded or decoded. */
export interface Passage {
  /** The link by which it comes: its server has counted the proxies in it. */
  readonly from?: ObjectLink;
  /** The link by which it goes: its server counts those proxies itself. */
  readonly to?: ObjectLink;
  /** In a server: is told of each object that goes to the client. */
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
