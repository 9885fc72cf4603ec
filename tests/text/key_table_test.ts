import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KeyHashes } from "../../src/text/key_hash.ts";
import { KeyTable } from "../../src/text/key_table.ts";

describe("KeyTable", () => {
  test("finds the last number of each of many keys, and none of others", { timeout: 60_000 }, () => {
    const keys: string[] = [];
    const table = new KeyTable((number) => keys[number]!);
    const keyOf = (index: number): string => `folder ${index % 100}/${index}.txt`;
    for (let index = 0; index < 50_000; index++) {
      assert.equal(table.add(keyOf(index), keys.length), undefined);
      keys.push(keyOf(index));
    }
    for (let index = 0; index < 50_000; index += 3) {
      assert.equal(table.add(keyOf(index), keys.length), index);
      keys.push(keyOf(index));
    }
    for (let index = 0; index < 50_000; index++) {
      assert.equal(table.find(keyOf(index)), index % 3 === 0 ? 50_000 + index / 3 : index);
    }
    assert.equal(table.find(keyOf(50_000)), undefined);
  });

  test("tells keys of one hash apart", { timeout: 60_000 }, () => {
    // Both have the FNV-1a 0x5e4daa9d.
    const keys = ["costarring", "liquid"];
    const table = new KeyTable((number) => keys[number]!);
    keys.forEach((key, number) => table.add(key, number));
    assert.deepEqual(keys.map((key) => table.find(key)), [0, 1]);
  });
});

describe("KeyHashes", () => {
  test("has the keys that were added, and of others as good as none", { timeout: 60_000 }, () => {
    const hashes = new KeyHashes();
    const keyOf = (index: number): string => `folder ${index % 100}/${index}.txt`;
    for (let index = 0; index < 100_000; index++) assert.equal(hashes.add(keyOf(index)), false);
    for (let index = 0; index < 100_000; index++) assert.equal(hashes.add(keyOf(index)), true);
    assert.equal(hashes.size, 100_000);
    for (let index = 100_000; index < 200_000; index++) assert.equal(hashes.has(keyOf(index)), false);
  });
});
