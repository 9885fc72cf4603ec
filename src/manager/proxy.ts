import { ClosedError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { defineTask, type TaskLike } from "../process/define_task.ts";
import { describeAddress } from "../queue/address.ts";
import { linkTo } from "./link_table.ts";
import { type CallOptions, currentPassage, localLink, type ObjectLink, type ServerPlace } from "./object_link.ts";

/** What a proxy is made of; plain data. */
export interface ProxyData extends ServerPlace {
  /** Number of the object in its server. */
  readonly id: string;
  /** Name of the proxy's class, as in `registerProxy`. */
  readonly type: string;
  /** Methods that a proxy without a class of its own has. */
  readonly methods?: readonly string[];
  /** On the way from a server: that the object is not its own. */
  readonly isForeign?: true;
}

/** The method that every object has, whatever its own are called. */
export const UPDATE = "#update";

type ProxyClass = new (data: ProxyData) => BaseProxy;

interface Held {
  readonly link: ObjectLink;
  readonly id: string;
}

const classes: Map<string, ProxyClass> = new Map();
const dropped: FinalizationRegistry<Held> = new FinalizationRegistry(({ link, id }) => link.drop(id));

/**
 * Stands for an object in a manager's server; its methods run there, one at a time. It can be sent to workers and other
 * processes, also inside the server's own containers, and stands for the same object there. The object lives as long as
 * some process has a proxy of it, and at the longest as long as the manager.
 *
 * When the manager is gone all calls reject with {@linkcode ManagerLostError}, pending ones too.
 * Python: `multiprocessing.managers.BaseProxy`.
 */
export class BaseProxy {
  readonly #data: ProxyData;
  #link: ObjectLink | undefined;
  #opening: Promise<ObjectLink> | undefined;
  #isReleased = false;

  /** Makes a proxy of data from a server. Users get proxies from a manager. */
  constructor(data: ProxyData) {
    this.#data = data;
  }

  /**
   * Calls a method of the object. Python: `_callmethod`.
   *
   * @throws What the method throws.
   * @throws {ManyhandsError} with code `ERR_NOT_EXPOSED` where the object has no such method for others
   * @throws {TaskEncodingError} where an argument or the result cannot travel
   * @throws {ManagerLostError} where the manager is gone
   * @throws {ClosedError} after `dispose`
   */
  call(method: string, args: readonly unknown[] = [], options?: CallOptions): Promise<unknown> {
    if (this.#link !== undefined) return this.#link.call(this.#data.id, method, args, options);
    if (this.#isReleased) return Promise.reject(new ClosedError("Cannot use the proxy: it was disposed of"));
    return this.#open().then((link) => link.call(this.#data.id, method, args, options));
  }

  /**
   * Runs a function on the object itself, where it lies, while no other call of it runs: reading, computing and writing
   * are one step. The function gets the object first (a `Map` for a dict, an array for a list, a `Set` for a set, a plain
   * object for a namespace, a typed array for `Value` and `Array`), then `args`; it may be async. It is a task: marked by
   * `task`, an export of a module, or sent by its source text.
   *
   * @returns what the function returns
   * @throws What the function throws, and what `call` throws.
   */
  update<A extends unknown[], R>(fn: TaskLike<[never, ...A], R>, ...args: A): Promise<Awaited<R>> {
    return this.call(UPDATE, [defineTask(fn as TaskLike), ...args]) as Promise<Awaited<R>>;
  }

  /** Lets go of the object at once, as garbage collection does later. */
  dispose(): void {
    const link = this.#link;
    this.#isReleased = true;
    this.#link = undefined;
    if (link === undefined) return;
    dropped.unregister(this);
    link.drop(this.#data.id);
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Such as `<DictProxy of dict 3>`. */
  toString(): string {
    return `<${this.constructor.name} of object ${this.#data.id}>`;
  }

  #open(): Promise<ObjectLink> {
    return this.#opening ??= linkTo(this.#data).then((link) => {
      link.adopt(this.#data.id);
      this.#use(link);
      return link;
    });
  }

  #use(link: ObjectLink): void {
    this.#link = link;
    dropped.register(this, { link, id: this.#data.id }, this);
  }

  static #encode(proxy: BaseProxy): ProxyData {
    if (proxy.#isReleased) throw new ClosedError("Cannot send the proxy: it was disposed of");
    const { to, server, onSend } = currentPassage();
    const data = proxy.#data;
    if (server !== undefined && server === describeAddress(data.address)) {
      onSend?.(data.id);
      return data;
    }
    if (to === undefined || to !== proxy.#link) {
      if (proxy.#link !== undefined) proxy.#link.keep(proxy);
      else void proxy.#open().then((link) => link.keep(proxy), () => {});
    }
    return server === undefined ? data : { ...data, isForeign: true };
  }

  static #decode({ isForeign, ...data }: ProxyData): BaseProxy {
    const proxy = makeProxy(data);
    const from = isForeign ? undefined : currentPassage().from;
    const here = localLink(data);
    if (from !== undefined) {
      from.received(data.id);
      proxy.#use(from);
    } else if (here !== undefined) {
      here.adopt(data.id);
      proxy.#use(here);
    }
    return proxy;
  }

  static {
    registerWire<BaseProxy, ProxyData>({
      tag: "manyhands.Proxy",
      class: BaseProxy,
      encode: BaseProxy.#encode,
      decode: BaseProxy.#decode,
    });
  }
}

/** Says which class proxies of a type have. */
export function registerProxy(type: string, proxyClass: ProxyClass): void {
  classes.set(type, proxyClass);
}

/** A proxy of the class that its type has; without one, of `AutoProxy`. */
export function makeProxy(data: ProxyData): BaseProxy {
  return new (classes.get(data.type) ?? AutoProxy)(data);
}

/** A proxy of an object whose class only its server knows: it has the methods that are exposed there, as async ones. */
export class AutoProxy extends BaseProxy {
  /** Makes a proxy of data from a server. Users get proxies from a manager. */
  constructor(data: ProxyData) {
    super(data);
    for (const method of data.methods ?? []) {
      // One with a method then would be taken for a promise, wherever it is awaited.
      if (method in this || method === "then") continue;
      Object.defineProperty(this, method, { value: (...args: unknown[]) => this.call(method, args) });
    }
  }
}

/** The methods that an {@linkcode AutoProxy} has. */
export type ProxyMethods = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
