import type { SocketAddress } from "../runtime/sockets.ts";

/** Where a {@linkcode Listener} is or shall be: `"host:port"`, the path of a unix socket, or one of both in parts. */
export type Address = string | SocketAddress;
/** Kinds of addresses: `"tcp"` is Python's `AF_INET`, `"unix"` its `AF_UNIX`. */
export type Family = "tcp" | "unix";

/**
 * The parts of an address.
 *
 * @throws {RangeError} where it is none, or one of another family
 */
export function parseAddress(address: Address, family?: Family): SocketAddress {
  const parsed = typeof address === "string" ? parseText(address) : checked(address);
  if (family !== undefined && family !== "tcp" && family !== "unix") {
    throw new RangeError(`Unknown family ${String(family)}: expected "tcp" or "unix"`);
  }
  if (family !== undefined && family !== familyOf(parsed)) {
    throw new RangeError(`The address ${describeAddress(parsed)} is not of the family ${family}`);
  }
  return parsed;
}

/** The family of an address. */
export function familyOf(address: SocketAddress): Family {
  return "path" in address ? "unix" : "tcp";
}

/** Whether only this machine can reach the address. */
export function isLocal(address: SocketAddress): boolean {
  return "path" in address || /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(address.host);
}

/** An address as text. */
export function describeAddress(address: SocketAddress): string {
  return "path" in address
    ? address.path
    : `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

function parseText(text: string): SocketAddress {
  if (text.startsWith("\\\\")) throw new RangeError(`Cannot use ${text}: named pipes are no family here`);
  const tcp = /^(?:\[([^\]]+)\]|([^/:]*)):(\d+)$/.exec(text);
  if (tcp !== null) return checked({ host: tcp[1] ?? tcp[2]!, port: Number(tcp[3]) });
  return checked({ path: text });
}

function checked(address: SocketAddress): SocketAddress {
  const { path, host, port } = address as { path?: unknown; host?: unknown; port?: unknown };
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return { path };
  if (
    typeof host === "string" && host !== "" && Number.isInteger(port) && port as number >= 0 && port as number < 65536
  ) {
    return { host, port: port as number };
  }
  throw new RangeError(
    `Expected "host:port", the path of a socket, { host, port } or { path }, found ${show(address)}`,
  );
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : `"${String(value)}"`;
}
