import { expose } from "comlink";
import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeForeign } from "../channel/decode_foreign.ts";
import { ManagerLostError, ManyhandsError, TaskEncodingError } from "../core/errors.ts";
import { encodingForOutside } from "../core/wire.ts";
import { loadTask } from "../process/load_task.ts";
import { bindIdentity } from "../process/process_identity.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { describeAddress } from "../queue/address.ts";
import { isThenable } from "../core/thenable.ts";
import { Call, Caller, runAs } from "./call.ts";
import { checkedRequest, comlinkSide } from "./endpoint.ts";
import type { Line, LineMessage } from "./line.ts";
import { type ObjectLink, passing, type ServerPlace } from "./object_link.ts";
import type { ObjectType } from "./object_types.ts";
import { BaseProxy, makeProxy, UPDATE } from "./proxy.ts";
import type { CallMessage, ServerApi } from "./server_api.ts";
import { updateTargetOf } from "./update_target.ts";

interface Entry {
  readonly object: object;
  readonly type: string;
  readonly exposed: readonly string[];
  /** Clients that have proxies of it, and proxies in the server itself. */
  users: number;
  /** An `update` that has not ended, for which other calls wait. */
  busy: Promise<unknown> | undefined;
}

interface Session {
  readonly line: Line;
  readonly caller: Caller;
  readonly calls: Map<number, Call>;
  /** For each object of which the client has proxies the number of the last answer that held one. */
  readonly sent: Map<string, number>;
  answers: number;
}

/** Name of the type of iterators, which any method may return. */
export const ITERATOR = "Iterator";
const ITERATOR_METHODS = ["next", "return"];

/** Objects that clients use through proxies. */
export class ObjectServer implements ObjectLink {
  readonly #place: ServerPlace;
  readonly #placeText: string;
  readonly #asServer: <R>(run: () => R) => R = bindIdentity();
  readonly #types: ReadonlyMap<string, ObjectType>;
  readonly #onShutdown: () => void;
  readonly #entries: Map<string, Entry> = new Map();
  readonly #ids: WeakMap<object, string> = new WeakMap();
  readonly #lines: Set<Line> = new Set();
  readonly #self: Caller = new Caller(true);
  #lastId = 0;

  /** Makes a server that clients find at `place`; `onShutdown` is called when one asks it to end. */
  constructor(place: ServerPlace, types: ReadonlyMap<string, ObjectType>, onShutdown: () => void) {
    this.#place = place;
    this.#placeText = describeAddress(place.address);
    this.#types = types;
    this.#onShutdown = onShutdown;
  }

  /** Serves a client until its line ends; `bringsFunctions`: whether functions that it sends are run. */
  serve(line: Line, bringsFunctions: boolean): void {
    const caller = new Caller(bringsFunctions);
    const session: Session = { line, caller, calls: new Map(), sent: new Map(), answers: 0 };
    this.#lines.add(line);
    line.onEnd(() => {
      this.#lines.delete(line);
      session.caller.lose();
      for (const id of session.sent.keys()) this.drop(id);
    });
    const api: ServerApi = {
      create: (type, args) => this.#answer(session, async () => await this.#create(type, this.#decode(args))),
      cancel: (number) => session.calls.get(number)?.abandon(),
      adopt: (id) => this.#note(session, id, 0),
      drop: (id, seen) => {
        if ((session.sent.get(id) ?? Infinity) > seen) return;
        session.sent.delete(id);
        this.drop(id);
      },
      shutdown: () => this.#onShutdown(),
    };
    const comlink = comlinkSide(line);
    expose(api, comlink.endpoint);
    line.onMessage((message) =>
      this.#asServer(() => {
        if (message[0] === 0) comlink.receive(checkedRequest(message[1], api));
        else this.#serveCall(session, message as LineMessage as CallMessage);
      })
    );
  }

  /** Lets go of all objects and clients. */
  async close(): Promise<void> {
    for (const line of this.#lines) line.end();
    await Promise.all([...this.#entries.values()].map(disposeOf));
    this.#entries.clear();
  }

  /** A call from the server itself. */
  async call(id: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return await this.#invoke(new Call(this.#self), id, method, args);
  }

  /** See {@linkcode ObjectLink}. */
  adopt(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.users++;
  }

  /** See {@linkcode ObjectLink}. */
  received(id: string): void {
    this.adopt(id);
  }

  /** See {@linkcode ObjectLink}. */
  drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || --entry.users > 0) return;
    this.#entries.delete(id);
    this.#ids.delete(entry.object);
    void disposeOf(entry);
  }

  /** See {@linkcode ObjectLink}; a proxy here is counted as long as it is. */
  keep(): void {}

  #note(session: Session, id: string, answer: number): void {
    if (!session.sent.has(id)) this.adopt(id);
    session.sent.set(id, Math.max(answer, session.sent.get(id) ?? 0));
  }

  async #create(type: string, args: unknown[]): Promise<BaseProxy> {
    const found = this.#types.get(type);
    if (found === undefined) {
      throw new ManyhandsError("ERR_NO_TYPE", `The manager has no type ${type}: register it before the start`);
    }
    const object = await (found.create as (...given: unknown[]) => unknown)(...args);
    if (typeof object !== "object" || object === null) {
      throw new TypeError(`Cannot share what ${type} made: expected an object, found ${typeof object}`);
    }
    return object instanceof BaseProxy ? object : this.#proxyOf(object, type, found.exposed);
  }

  #proxyOf(object: object, type: string, exposed: readonly string[] = publicMethods(object)): BaseProxy {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = String(++this.#lastId);
      this.#ids.set(object, id);
      this.#entries.set(id, { object, type, exposed, users: 0, busy: undefined });
    }
    const entry = this.#entries.get(id)!;
    return makeProxy({ ...this.#place, id, type: entry.type, methods: entry.exposed });
  }

  /** Answers at once where the method does. */
  #serveCall(session: Session, [number, id, method, args]: CallMessage): void {
    const send = (answer: Uint8Array): void => session.line.send([number, answer]);
    let result: unknown;
    try {
      const call = new Call(session.caller);
      session.calls.set(number, call);
      result = this.#invoke(call, id, method, this.#decode(args));
    } catch (error) {
      session.calls.delete(number);
      return send(this.#encode(session, false, error));
    }
    if (!isThenable(result)) {
      session.calls.delete(number);
      return send(this.#answerOf(session, result));
    }
    void this.#answer(session, async () => await result).then((answer) => {
      session.calls.delete(number);
      send(answer);
    });
  }

  #invoke(call: Call, id: string, method: string, args: readonly unknown[]): unknown {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new ManagerLostError(`The manager has no object ${id} any more`);
    return entry.busy === undefined ? this.#invokeNow(entry, call, method, args) : entry.busy.then(
      () => this.#invoke(call, id, method, args),
    );
  }

  #invokeNow(entry: Entry, call: Call, method: string, args: readonly unknown[]): unknown {
    if (method === UPDATE) {
      call.caller.checkFunctions();
      return this.#update(entry, args);
    }
    const found = (entry.object as Record<string, unknown>)[method];
    if (!entry.exposed.includes(method) || typeof found !== "function") {
      throw new ManyhandsError("ERR_NOT_EXPOSED", `${entry.type} has no method ${method} for others`);
    }
    return runAs(call, () => found.apply(entry.object, args));
  }

  /** Runs a function of the client's on the object, while no other call of it runs. */
  async #update(entry: Entry, [definition, ...args]: readonly unknown[]): Promise<unknown> {
    const update = await loadTask(definition as TaskDefinition);
    while (entry.busy !== undefined) await entry.busy;
    const result = update(updateTargetOf(entry.object), ...args);
    if (!(result instanceof Promise)) return result;
    entry.busy = result.then(() => {}, () => {}).then(() => entry.busy = undefined);
    return await result;
  }

  async #answer(session: Session, run: () => Promise<unknown>): Promise<Uint8Array> {
    try {
      return this.#answerOf(session, await run());
    } catch (error) {
      return this.#encode(session, false, error);
    }
  }

  #answerOf(session: Session, value: unknown): Uint8Array {
    return this.#encode(session, true, isIterator(value) ? this.#proxyOf(value, ITERATOR, ITERATOR_METHODS) : value);
  }

  #encode(session: Session, isValue: boolean, outcome: unknown): Uint8Array {
    const number = ++session.answers;
    const onSend = (id: string): void => this.#note(session, id, number);
    const encode = (answer: unknown[]): Uint8Array =>
      passing({ server: this.#placeText, onSend }, () => encodingForOutside(() => encodeBytes(answer, "answer")));
    try {
      return encode([isValue, outcome, number]);
    } catch (error) {
      const isRefused = error instanceof TaskEncodingError;
      // What a getter threw goes as if the method had.
      if (isValue && !isRefused) return this.#encode(session, false, error);
      const path = isRefused ? error.path.replace(/^answer\[1\]/, "result") : "result";
      const found = isRefused ? error.message.replace(/^.*: it is /, "") : `an error that throws ${typeof error}`;
      return encode([false, new TaskEncodingError(path, found), number]);
    }
  }

  #decode(bytes: Uint8Array): unknown[] {
    return passing({}, () => decodeForeign(bytes)) as unknown[];
  }
}

function isIterator(value: unknown): value is Iterator<unknown> & object {
  return typeof value === "object" && value !== null && "next" in value && typeof value.next === "function" &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function publicMethods(object: object): string[] {
  const names = new Set<string>();
  for (let proto = object; proto !== Object.prototype && proto !== null; proto = Object.getPrototypeOf(proto)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (typeof value === "function" && name !== "constructor" && !name.startsWith("_")) names.add(name);
    }
  }
  return [...names];
}

async function disposeOf({ object }: Entry): Promise<void> {
  const disposable = object as { [Symbol.asyncDispose]?: () => unknown; [Symbol.dispose]?: () => unknown };
  try {
    await (disposable[Symbol.asyncDispose] ?? disposable[Symbol.dispose])?.call(object);
  } catch {
    // Nobody is there any more who could hear of it.
  }
}
