import { deferred } from "../core/deferred.ts";
import { loadTask } from "../process/load_task.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { Client } from "../queue/client.ts";
import { Listener } from "../queue/listener.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import type { SocketAddress } from "../runtime/sockets.ts";
import { keyOfText } from "./key_text.ts";
import { type Entry, meetClient } from "./meeting.ts";
import { markMemory, unmarkMemory } from "./memory_mark.ts";
import { setLocalLink } from "./object_link.ts";
import { ObjectServer } from "./object_server.ts";
import { builtInTypes, loadType, type RegisteredType } from "./object_types.ts";
import { SharedDoor } from "./shared_door.ts";

/** What a server's process is told; plain data. */
export interface ServerOptions {
  /** Where the starter waits to hear how the start went. */
  readonly starter: SocketAddress;
  /** Where to serve; by default at a socket of its own. */
  readonly address: SocketAddress | undefined;
  /** The authentication key in base64. */
  readonly key: string;
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
  const end = deferred<void>();
  try {
    const types = builtInTypes();
    for (const type of options.types) types.set(type.name, await loadType(type));
    if (options.initializer !== undefined) await (await loadTask(options.initializer))(...options.initargs);
    listener = await new Listener(options.address, { authkey, backlog: 128 }).ready();
    const place = { address: listener.address, key: options.key };
    const server = new ObjectServer(place, types, () => end.resolve());
    setLocalLink(place.address, server);
    entry = { mark: markMemory(), door: new SharedDoor() };
    void acceptAll(listener, entry, server);
    await starter.send({ address: listener.address } satisfies StartReport);
    // The starter says nothing more; its end is ours.
    await Promise.race([end.promise, starter.poll(Infinity)]);
    await listener.close();
    await server.close();
    entry.door.close();
  } catch (error) {
    await listener?.close();
    await starter.send({ error } satisfies StartReport);
  } finally {
    if (entry !== undefined) unmarkMemory(entry.mark);
    starter.close();
  }
}

async function acceptAll(listener: Listener, entry: Entry, server: ObjectServer): Promise<void> {
  for (;;) {
    try {
      const connection = await listener.accept() as SocketConnection;
      // Who goes away at once is nobody's loss.
      void meetClient(connection, entry, (line) => server.serve(line)).catch(() => connection.close());
    } catch (error) {
      // Who does not have the key is turned away; the others are served.
      if ((error as { code?: unknown }).code === "ERR_CLOSED") return;
    }
  }
}
