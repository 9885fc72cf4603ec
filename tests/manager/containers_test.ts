import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DictProxy, type ListProxy, Manager, type QueueProxy, type SyncManager } from "../../mod.ts";
import { type DeclareSuite, describeInEachContext } from "../context/in_each_context.ts";

const timeout = 60_000;
const declareSuite: DeclareSuite = (title, body) => void describe(title, body);

describeInEachContext(declareSuite, "_TestContainers", (context) => {
  let manager: SyncManager;
  before(async () => void (manager = await Manager({ context })));
  after(() => manager.shutdown());

  test("test_list: extends, slices, repeats; lists of lists read through", { timeout }, async () => {
    const a = await manager.list([...Array(10).keys()]);
    assert.deepEqual(await a.slice(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const b = await manager.list<number>();
    await b.extend([0, 1, 2, 3, 4]);
    assert.deepEqual([await b.get(2), await b.slice(2, 10)], [2, [2, 3, 4]]);
    await b.repeat(2);
    assert.deepEqual(await b.slice(), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    await b.extend([5, 6]);
    assert.equal(await b.size(), 12);
    const e = await manager.list([a, b]);
    assert.deepEqual(await (await e.get(0)).slice(0, 3), [0, 1, 2]);
    const f = await manager.list([a] as unknown[] as ListProxy<unknown>[]);
    await (a as ListProxy<unknown>).append("hello");
    assert.deepEqual(await (await f.get(0)).slice(-2), [9, "hello"]);
  });

  test("test_list_isinstance: changes at any place, and what is out of range", { timeout }, async () => {
    const list = await manager.list([3, 1, 2]);
    await list.sort();
    await list.reverse();
    await list.insert(0, 9);
    await list.set(-1, 7);
    assert.deepEqual(await list.slice(), [9, 3, 2, 7]);
    await list.remove(3);
    await list.delete(0);
    assert.deepEqual([await list.index(7), await list.count(2), await list.includes(9)], [1, 1, false]);
    await list.setSlice(0, 1, [4, 5]);
    assert.deepEqual([await list.pop(), await list.pop(0), await list.slice()], [7, 4, [5]]);
    await list.clear();
    await assert.rejects(list.get(0), RangeError);
    await assert.rejects(list.pop(), RangeError);
    await assert.rejects(list.remove(1), RangeError);
  });

  test("test_list_iter: iterates once, and sees what is written meanwhile", { timeout }, async () => {
    const list = await manager.list([...Array(10).keys()]);
    const iterator = list[Symbol.asyncIterator]();
    const items: number[] = [];
    for await (const item of iterator) items.push(item);
    assert.deepEqual(items, [...Array(10).keys()]);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    const changing = list[Symbol.asyncIterator]();
    await changing.next();
    await list.set(1, 100);
    assert.deepEqual(await changing.next(), { done: false, value: 100 });
    await changing.return(undefined);
  });

  test("test_list_proxy_in_list: each inner list is its own", { timeout }, async () => {
    const a = await manager.list<ListProxy<number>>();
    for (let count = 0; count < 3; count++) await a.append(await manager.list([0, 1, 2]));
    await (await a.get(0)).set(-1, 55);
    const inner = [];
    for await (const list of a) inner.push(await list.slice());
    assert.deepEqual(inner, [[0, 1, 55], [0, 1, 2], [0, 1, 2]]);
    assert.equal(await (await a.get(1)).pop(), 2);
    assert.equal(await (await a.get(1)).size(), 2);
    assert.equal(await (await a.get(2)).size(), 3);
    await a.clear();
    const own = await manager.list<unknown>();
    await own.append(own);
    assert.equal(await (await own.get(0) as typeof own).size(), 1);
    own.dispose();
  });

  test("test_dict: keys, values, items and a copy", { timeout }, async () => {
    const dict = await manager.dict<number, string>();
    const letters = [65, 66, 67, 68, 69].map((code) => [code, String.fromCharCode(code)] as [number, string]);
    for (const [key, value] of letters) await dict.set(key, value);
    assert.deepEqual(await dict.copy(), new Map(letters));
    assert.deepEqual(await dict.keys(), [65, 66, 67, 68, 69]);
    assert.deepEqual(await dict.values(), ["A", "B", "C", "D", "E"]);
    assert.deepEqual(await dict.items(), letters);
  });

  test("test_dict_isinstance: reads and changes", { timeout }, async () => {
    const dict = await manager.dict<string, unknown>({ a: 1 });
    assert.deepEqual([await dict.get("b"), await dict.get("b", 7), await dict.has("a")], [undefined, 7, true]);
    assert.deepEqual([await dict.setDefault("b", 2), await dict.setDefault("a", 2)], [2, 1]);
    await dict.assign({ c: 3, a: 4 });
    assert.deepEqual([await dict.pop("c"), await dict.pop("c", 0), await dict.popItem()], [3, 0, ["b", 2]]);
    await assert.rejects(dict.pop("c"), { code: "ERR_NO_KEY" });
    await assert.rejects(dict.set({} as string, 1), TypeError);
    assert.deepEqual([await dict.delete("a"), await dict.delete("a"), await dict.size()], [true, false, 0]);
    await assert.rejects(dict.popItem(), { code: "ERR_NO_KEY" });
    for (const key of ["__proto__", "constructor", ""]) await dict.set(key, key);
    assert.deepEqual(await dict.keys(), ["__proto__", "constructor", ""]);
  });

  test("test_dict_iter: in the order of the keys; clearing meanwhile is an error", { timeout }, async () => {
    const dict = await manager.dict([[1, "a"], [2, "b"]]);
    const keys = [];
    for await (const key of dict) keys.push(key);
    assert.deepEqual(keys, [1, 2]);
    const iterator = dict[Symbol.asyncIterator]();
    await iterator.next();
    await dict.clear();
    await assert.rejects(iterator.next(), { code: "ERR_CHANGED_SIZE" });
  });

  test("test_dict_proxy_nested: a dict in a dict in a list is the one there", { timeout }, async () => {
    const pets = await manager.dict<string, unknown>({ ferrets: 2, hamsters: 4 });
    const water = await manager.dict<string, unknown>({ water: 10 });
    const outer = await manager.dict<string, DictProxy<string, unknown>>({ pets, supplies: water });
    assert.equal(await (await outer.get("supplies"))!.get("water"), 10);
    await pets.set("blanket", 1);
    assert.equal(await (await outer.get("pets"))!.get("blanket"), 1);
    await (await outer.get("supplies"))!.set("water", 5);
    assert.equal(await water.get("water"), 5);
    await outer.clear();
    assert.equal(await pets.size(), 3);
  });

  test("test_nested_queue: a queue in a list and in a dict works", { timeout }, async () => {
    const list = await manager.list<QueueProxy<number>>();
    const dict = await manager.dict<string, QueueProxy<number>>();
    const queue = await manager.Queue<number>();
    await list.append(queue);
    await dict.set("queue", queue);
    await (await list.get(0)).put(45);
    assert.equal(await (await dict.get("queue"))!.get(), 45);
  });

  test("test_set_contain_all_method: members come and go", { timeout }, async () => {
    const set = await manager.set([1, 2, 3]);
    await set.add(3);
    await set.addAll([4, 5]);
    assert.deepEqual([await set.size(), await set.has(4), await set.delete(4), await set.delete(4)], [
      5,
      true,
      true,
      false,
    ]);
    await set.retainAll([1, 2, 3]);
    await set.deleteAll([3]);
    assert.deepEqual(await set.copy(), new Set([1, 2]));
    const members = [];
    for await (const member of set) members.push(member);
    assert.deepEqual(members, [1, 2]);
    assert.equal(await set.pop(), 1);
    await set.clear();
    await assert.rejects(set.pop(), { code: "ERR_NO_KEY" });
    await assert.rejects(set.add({} as number), TypeError);
  });

  test("test_namespace: names are set, read and taken away", { timeout }, async () => {
    const namespace = await manager.Namespace<Record<string, string>>();
    await namespace.set("name", "Bob");
    await namespace.set("job", "Builder");
    await namespace.set("_hidden", "hidden");
    assert.deepEqual([await namespace.get("name"), await namespace.get("job")], ["Bob", "Builder"]);
    assert.equal(await namespace.delete("job"), true);
    assert.equal(await namespace.text(), "Namespace(name='Bob')");
    assert.deepEqual([await namespace.has("name"), await namespace.has("job")], [true, false]);
    assert.deepEqual(await namespace.copy(), { name: "Bob", _hidden: "hidden" });
  });
});
