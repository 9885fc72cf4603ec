import { deferred } from "../core/deferred.ts";
import { throwIfStopRequested } from "../core/stop_request.ts";
import { loadTask } from "../process/load_task.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { isInline, onInlineEnd, ownIdentity } from "../process/process_identity.ts";
import { describeAddress } from "../queue/address.ts";
import { Client } from "../queue/client.ts";
import { Listener } from "../queue/listener.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import type { SocketAddress } from "../runtime/sockets.ts";
import { waitingForOthers } from "../sync/word_wait.ts";
import { keyOfText } from "./key_text.ts";
import { type Entry, meetClient } from "./meeting.ts";
import { markMemory, unmarkMemory } from "./memory_mark.ts";
import type { Line } from "./line.ts";
import { localLine } from "./local_line.ts";
import { type ServerPlace, setLocalServer } from "./object_link.ts";
import { ObjectServer } from "./object_server.ts";
import { builtInTypes, loadType, type RegisteredType } from "./object_types.ts";
import { ServerLink } from "./server_link.ts";
import { SharedDoor } from "./shared_door.ts";

/** Milliseconds that the starter gets to take the report of a start that failed. */
const REPORT_MS = 1000;

/** What a server's process is told; plain data. */
export interface ServerOptions {
  /** Where the starter waits to hear how the start went. */
  readonly starter: SocketAddress;
  /** Where to serve; by default at a socket of its own. */
  readonly address: SocketAddress | undefined;
  /** The authentication key in base64. */
  readonly key: string;
  /** Whether functions of clients that share no memory with the server are run. */
  readonly trustsClients: boolean;
  readonly types: readonly RegisteredType[];
  readonly initializer: TaskDefinition | undefined;
  readonly initargs: readonly unknown[];
}

/** What a server says to its starter: where it is, or why it is not. */
export type StartReport = { readonly address: SocketAddress } | { readonly error: unknown };

/** Serves objects until a client asks for the end, or the starter is gone. The target of a manager's process. */
export async function serveObjects(options: ServerOptions): Promise<void> {
  const authkey = keyOfText(options.key);
  const starter = await Client(options.starter, { authkey });
  let listener: Listener | undefined;
  let entry: Entry | undefined;
  let forget = (): void => {};
  const end = deferred<void>();
  try {
    const types = builtInTypes();
    for (const type of options.types) types.set(type.name, await loadType(type));
    if (options.initializer !== undefined) await (await loadTask(options.initializer))(...options.initargs);
    // A thread that was given up meanwhile leaves no socket behind.
    throwIfStopRequested();
    listener = await new Listener(options.address, { authkey, backlog: 128 }).ready();
    const place = { address: listener.address, key: options.key };
    const server = new ObjectServer(place, types, () => end.resolve());
    if (isInline()) forget = serveOwnThread(place, server);
    else {
      setLocalServer(place, () => server);
      entry = { mark: markMemory(), door: new SharedDoor() };
    }
    void acceptAll(listener, entry, (line, isOwn) => server.serve(line, isOwn || options.trustsClients));
    await starter.send({ address: listener.address } satisfies StartReport);
    // The starter says nothing more; its end is ours.
    await Promise.race([end.promise, waitingForOthers(() => starter.poll(Infinity))]);
    await listener.close();
    await server.close();
    entry?.door.close();
  } catch (error) {
    await listener?.close();
    const report = (what: unknown): Promise<void> => starter.send({ error: what } satisfies StartReport);
    await report(error).catch(report);
    // Until the starter has heard of it, which would hear of the end first where that comes at once.
    await starter.poll(REPORT_MS);
  } finally {
    forget();
    if (entry !== undefined) unmarkMemory(entry.mark);
    starter.close();
  }
}

/**
 * Lets the processes of the thread on which the server runs call it as any clients, each over a line in memory. All others
 * come over its socket, since the thread is not there for them alone. The result takes the way back.
 */
function serveOwnThread(place: ServerPlace, server: ObjectServer): () => void {
  const own = ownIdentity().ident;
  const links = new Map<number, ServerLink>();
  return setLocalServer(place, () => {
    const { ident } = ownIdentity();
    if (ident === own) return server;
    const known = links.get(ident);
    if (known !== undefined) return known;
    const line = localLine();
    server.serve(line.server, true);
    const link = new ServerLink(line.client, describeAddress(place.address), () => links.delete(ident));
    links.set(ident, link);
    onInlineEnd((isForced) => link.close(isForced));
    return link;
  });
}

async function acceptAll(
  listener: Listener,
  entry: Entry | undefined,
  serve: (line: Line, isOwn: boolean) => void,
): Promise<void> {
  for (;;) {
    try {
      const connection = await waitingForOthers(() => listener.accept()) as SocketConnection;
      // Who goes away at once is nobody's loss.
      void meetClient(connection, entry, serve).catch(() => connection.close());
    } catch (error) {
      // Who does not have the key is turned away; the others are served.
      if ((error as { code?: unknown }).code === "ERR_CLOSED") return;
    }
  }
}
