import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "../../src/channel/inspect.ts";
import { TaskEncodingError } from "../../src/core/errors.ts";
import { registerWire } from "../../src/core/wire.ts";

const timeout = 10_000;

function assertRefused(value: unknown, root: string, path: string, found: string): void {
  assert.throws(() => inspect(value, root), (error) => {
    assert.ok(error instanceof TaskEncodingError);
    assert.equal(error.path, path);
    assert.equal(error.message, `Cannot send ${path}: it is ${found}`);
    assert.equal(error.code, "ERR_TASK_ENCODING");
    return true;
  });
}

test("The path leads to the part that cannot travel, through every kind of container", { timeout }, () => {
  const onClick = (): void => {};
  const found = "the function onClick";
  assertRefused(onClick, "result", "result", found);
  assertRefused([{ handlers: { onClick } }], "args", "args[0].handlers.onClick", found);
  assertRefused([1, [2, [3, onClick]]], "items", "items[1][1][1]", found);
  assertRefused({ "on-click": onClick }, "args", 'args["on-click"]', found);
  assertRefused({ "": onClick }, "args", 'args[""]', found);
  assertRefused({ 'a"b': onClick }, "args", 'args["a\\"b"]', found);
  assertRefused({ 1: onClick }, "args", 'args["1"]', found);
  assertRefused({ $élan_1: onClick }, "args", "args.$élan_1", found);
  assertRefused(new Map([["a", 1 as unknown], ["b", [onClick]]]), "args", "args.values()[1][0]", found);
  assertRefused(new Map<unknown, unknown>([[1, 2], [{ onClick }, 3]]), "args", "args.keys()[1].onClick", found);
  assertRefused(new Set<unknown>([1, { onClick }]), "args", "args.values()[1].onClick", found);
});

test("The first of several bad parts is named", { timeout }, () => {
  assertRefused({ a: 1, b: Symbol("x"), c: (): void => {} }, "args", "args.b", "a symbol: Symbol(x)");
});

test("A bad part is found behind one that only a structured clone carries", { timeout }, () => {
  const shared = {};
  for (const odd of [-0, "\ud800", new SharedArrayBuffer(1), [, 1], [shared, shared]]) { // deno-lint-ignore no-sparse-arrays
    assertRefused([odd, Symbol("late")], "args", "args[1]", "a symbol: Symbol(late)");
    assertRefused(new Set([odd, Symbol("late")]), "args", "args.values()[1]", "a symbol: Symbol(late)");
    assertRefused(new Map([[odd, Symbol("late")]]), "args", "args.values()[0]", "a symbol: Symbol(late)");
    assertRefused({ odd, late: Symbol("late") }, "args", "args.late", "a symbol: Symbol(late)");
  }
});

test("Every kind that nothing carries is refused and named", { timeout }, () => {
  const refused: [unknown, string][] = [
    [() => {}, "a function"],
    [class Point {}, "the function Point"],
    [async function load(): Promise<void> {}, "the function load"],
    [Symbol.iterator, "a symbol: Symbol(Symbol.iterator)"],
    [Promise.resolve(1), "a promise (await it first)"],
    [new WeakMap(), "a WeakMap"],
    [new WeakSet(), "a WeakSet"],
    [new WeakRef({}), "a WeakRef"],
    [(function* (): Generator<number> {})(), "a generator"],
    [(async function* (): AsyncGenerator<number> {})(), "an async generator"],
    [new AbortController().signal, "an AbortSignal (pass it as the option signal)"],
  ];
  for (const [value, found] of refused) {
    assertRefused([value], "args", "args[0]", found);
    assertRefused({ deep: { value } }, "result", "result.deep.value", found);
  }
});

test("An object of the runtime that cannot be cloned is refused where it lies, others are cloned", { timeout }, () => {
  const { port1 } = new MessageChannel();
  const refused = [port1, new URL("http://localhost/"), [1][Symbol.iterator]()];
  for (const value of refused) {
    const found = `an object that cannot be cloned: ${Object.prototype.toString.call(value)}`;
    assertRefused(["x", { value }], "args", "args[1].value", found);
  }
  port1.close();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  for (const value of [new Number(1), new SharedArrayBuffer(1), memory, new Blob(["x"])]) {
    assert.equal(inspect([value], "args"), "cloned");
  }
});

test("Plain data is packed", { timeout }, () => {
  const plain = [
    undefined,
    null,
    true,
    0,
    1.5,
    NaN,
    10n,
    "text",
    [],
    {},
    [1, [2]],
    { a: { b: undefined } },
    new Date(),
    /x/,
    new Map([[{ a: 1 }, new Set([1])]]),
    new Uint8Array(2),
    new DataView(new ArrayBuffer(2)),
    new ArrayBuffer(2),
    new RangeError("x"),
  ];
  for (const value of plain) {
    assert.equal(inspect(value, "args"), "packed");
    assert.equal(inspect([{ value }], "args"), "packed");
  }
});

test("An instance of a registered class is packed unseen, also of a subclass and more than once", { timeout }, () => {
  class Handle {
    readonly close = (): void => {};
  }
  class NamedHandle extends Handle {}
  registerWire({ tag: "inspect_test.Handle", class: Handle, encode: () => 1, decode: () => new Handle() });
  const handle = new NamedHandle();
  assert.equal(inspect([handle, handle, { handle }], "args"), "packed");
});
