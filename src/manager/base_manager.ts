import { settlesWithin } from "../core/deadline.ts";
import { ManagerLostError, ManyhandsError } from "../core/errors.ts";
import { defineTask, type TaskLike } from "../process/define_task.ts";
import { Process } from "../process/process.ts";
import type { ProcessOptions } from "../process/process_options.ts";
import { startMethod } from "../process/start_method.ts";
import { type Address, parseAddress } from "../queue/address.ts";
import { type AuthKey, keyBytes } from "../queue/authentication.ts";
import type { Connection } from "../queue/connection.ts";
import { Listener } from "../queue/listener.ts";
import { runtime } from "../runtime/current.ts";
import type { SocketAddress } from "../runtime/sockets.ts";
import { keyOfText, textOfKey } from "./key_text.ts";
import { linkTo } from "./link_table.ts";
import type { ServerPlace } from "./object_link.ts";
import type { RegisteredType } from "./object_types.ts";
import type { BaseProxy } from "./proxy.ts";
import type { ServerLink } from "./server_link.ts";
import type { ServerOptions, StartReport } from "./server_process.ts";

/** Options of a manager. */
export interface ManagerOptions {
  /** Where the server is or shall be. Default: a unix socket of its own, in a folder that only this user can enter. */
  address?: Address | undefined;
  /** The secret of those who may use it. Default: 32 random bytes, which travel inside proxies. */
  authkey?: AuthKey | undefined;
  /**
   * Whether the server runs functions (those of `update` and of pools) that come from clients over a socket: all processes
   * of the operating system but its own threads. Default: where the key is random, so that only processes of this program
   * have it; with an `authkey` of yours, clients use methods of registered types and no more.
   */
  trustClients?: boolean | undefined;
  /** How the server's process runs; as for {@linkcode Process}. */
  context?: ProcessOptions["context"] | undefined;
  /** Milliseconds that `shutdown` leaves the server to end by itself. Default: 1000. */
  shutdownTimeout?: number | undefined;
}

/** Options of `BaseManager.register`. */
export interface RegisterOptions {
  /** Makes an object, in the server: a task, or an export of a module. A manager that only connects needs none. */
  readonly create?: TaskLike;
  /** Methods that others may call. Default: all that do not begin with `_`. */
  readonly exposed?: readonly string[];
}

type Registration = { readonly create: TaskLike | undefined; readonly exposed: readonly string[] | undefined };

const registrations: WeakMap<object, Map<string, Registration>> = new WeakMap();

/**
 * A process that holds objects, which others use through proxies: `start` starts it, `connect` uses one that another
 * program has started. Python: `multiprocessing.managers.BaseManager`.
 *
 * The process is a daemon: it ends with `shutdown`, at the end of an `await using`, and with the process that started it.
 */
export class BaseManager {
  readonly #options: ManagerOptions;
  readonly #key: string;
  readonly #given: SocketAddress | undefined;
  #place: ServerPlace | undefined;
  #server: Process | undefined;
  #link: ServerLink | undefined;
  #cleared: Promise<void> = Promise.resolve();
  #isShutDown = false;

  /**
   * Makes a manager that is not started.
   *
   * @throws {RangeError} where the address is none
   * @throws {TypeError} where the key is neither bytes nor a string
   */
  constructor(options: ManagerOptions = {}) {
    const { address, authkey = crypto.getRandomValues(new Uint8Array(32)) } = options;
    this.#options = options;
    this.#given = address === undefined ? undefined : parseAddress(address);
    this.#key = textOfKey(keyBytes(authkey));
  }

  /**
   * Lets managers of this class make objects of a type, by `create(name, …)` or by a method of that name. It must be
   * known before the start.
   *
   * @throws {TypeError} where managers have something else of that name
   */
  static register(name: string, { create, exposed }: RegisterOptions = {}): void {
    const own = registrations.get(this) ?? new Map<string, Registration>();
    if (!own.has(name) && name in this.prototype) {
      throw new TypeError(`Cannot register the type ${name}: managers have something else of that name`);
    }
    registrations.set(this, own.set(name, { create, exposed }));
    Object.defineProperty(this.prototype, name, {
      configurable: true,
      value(this: BaseManager, ...args: unknown[]) {
        return this.create(name, ...args);
      },
    });
  }

  /**
   * Starts the server's process; `initializer(...initargs)` runs in it first. Resolves with this when it serves.
   *
   * @throws {ManyhandsError} with code `ERR_MANAGER_STARTED` where it was started before, `ERR_LISTEN` where the address
   * cannot be had
   * @throws {TypeError} where the initializer is none
   * @throws {TaskEncodingError} where one of `initargs` cannot be sent
   * @throws {ManagerLostError} where the process ended meanwhile
   * @throws What the initializer throws.
   */
  async start<A extends unknown[]>(initializer?: TaskLike<A>, initargs?: A): Promise<this> {
    if (this.#place !== undefined || this.#server !== undefined) {
      throw new ManyhandsError("ERR_MANAGER_STARTED", "Cannot start the manager twice");
    }
    const context = startMethod(this.#options.context);
    const definition = initializer === undefined ? undefined : defineTask(initializer as TaskLike);
    const authkey = keyOfText(this.#key);
    const listener = await new Listener(undefined, { authkey }).ready();
    try {
      const options: ServerOptions = {
        starter: listener.address,
        address: this.#given,
        key: this.#key,
        trustsClients: this.#options.trustClients ?? this.#options.authkey === undefined,
        types: registeredTypes(this.constructor),
        initializer: definition,
        initargs: initargs ?? [],
      };
      const server = new Process({
        target: { module: serverModule(), export: "serveObjects" },
        args: [options],
        name: `${this.constructor.name}-server`,
        daemon: true,
        context,
      });
      server.start();
      this.#server = server as unknown as Process;
      const report = await this.#firstReport(listener);
      if ("error" in report) throw report.error;
      this.#place = { address: report.address, key: this.#key };
      this.#cleared = server.exited.then(() => this.#clear(report.address));
      const link = await linkTo(this.#place) as ServerLink;
      // A thread that ends does not close its sockets on all runtimes at once.
      void server.exited.then(() => {
        link.lose();
        starters.get(server)?.close();
      });
      this.#link = link;
      return this;
    } catch (error) {
      this.#server?.terminate();
      this.#server = undefined;
      throw error;
    } finally {
      await listener.close();
    }
  }

  /**
   * Uses the server at `address`, which another program has started. Resolves with this.
   *
   * @throws {ManagerLostError} where no server is there
   * @throws {AuthenticationError} where it has another key
   * @throws {RangeError} where this manager was made without an address
   */
  async connect(): Promise<this> {
    if (this.#given === undefined) throw new RangeError("Cannot connect the manager: it was made without an address");
    const place = { address: this.#given, key: this.#key };
    this.#link = await linkTo(place) as ServerLink;
    this.#place = place;
    return this;
  }

  /** Where the server is. Throws `ERR_MANAGER_NOT_STARTED` before `start` and `connect`. */
  get address(): SocketAddress {
    if (this.#place !== undefined) return this.#place.address;
    throw notStarted();
  }

  /** Its process; `undefined` where another program has started it. */
  get serverProcess(): Process | undefined {
    return this.#server;
  }

  /**
   * Makes an object of a type in the server: a proxy of it. Proxies of types that were registered have the exposed methods
   * as async ones.
   *
   * @throws {ManyhandsError} with code `ERR_MANAGER_NOT_STARTED` before `start`, `ERR_NO_TYPE` where the type is unknown
   * @throws {ManagerLostError} where the server is gone
   */
  async create<P extends BaseProxy = BaseProxy>(type: string, ...args: unknown[]): Promise<P> {
    if (this.#isShutDown) throw new ManagerLostError("Cannot make an object: the manager is shut down");
    if (this.#link === undefined) throw notStarted();
    return await this.#link.create(type, args) as P;
  }

  /**
   * Ends the server that this manager has started; a process that has not ended after `shutdownTimeout` is terminated. Its
   * proxies reject from then on. May be called again. A manager that only connects lets the server live.
   */
  async shutdown(): Promise<void> {
    if (this.#isShutDown) return;
    this.#isShutDown = true;
    const server = this.#server;
    if (server === undefined) return;
    const limit = this.#options.shutdownTimeout ?? 1000;
    await settlesWithin(this.#link?.shutdown() ?? Promise.resolve(), limit);
    if (!await server.join(limit)) {
      server.terminate();
      await server.join();
    }
    await this.#cleared;
  }

  /** `shutdown`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** Takes away what a server leaves that was killed. */
  async #clear(address: SocketAddress): Promise<void> {
    if (this.#given !== undefined || !("path" in address)) return;
    await (await runtime.sockets()).removeSocketFolder(address.path);
  }

  async #firstReport(listener: Listener): Promise<StartReport> {
    const over = new AbortController();
    const server = this.#server!;
    const lost = (code: number): ManagerLostError =>
      new ManagerLostError(`The manager's process ended with code ${code} before it served`);
    void server.exited.then((code) => over.abort(lost(code)));
    const connection = await listener.accept({ signal: over.signal });
    const report = await connection.recv({ signal: over.signal }).catch(async (error) => {
      // Its socket may end before the process is known to have.
      if ((error as { code?: unknown }).code !== "ERR_END_OF_STREAM") throw error;
      throw lost(await server.exited);
    }) as StartReport;
    // The server ends when this end does, which is when this process ends.
    if ("error" in report) connection.close();
    else starters.set(server, connection);
    return report;
  }
}

/** Keeps the connections by which servers hear of the end of their starter. */
const starters: WeakMap<Process, Connection> = new WeakMap();

function registeredTypes(manager: unknown): RegisteredType[] {
  const types = new Map<string, RegisteredType>();
  for (let level = manager as object | null; level !== null; level = Object.getPrototypeOf(level)) {
    for (const [name, { create, exposed }] of registrations.get(level) ?? []) {
      if (create !== undefined && !types.has(name)) types.set(name, { name, definition: defineTask(create), exposed });
    }
  }
  return [...types.values()];
}

/** The module that the server's process loads; this one never does. */
function serverModule(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("./server_process.ts", import.meta.url)
    : new URL("./server_process.js", import.meta.url);
}

function notStarted(): ManyhandsError {
  return new ManyhandsError("ERR_MANAGER_NOT_STARTED", "Cannot use the manager: it is neither started nor connected");
}
