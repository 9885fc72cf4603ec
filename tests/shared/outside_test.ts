import assert from "node:assert/strict";
import { test } from "node:test";
import { Process, ShareableList, SharedArray, SharedMemory, SharedValue, TaskEncodingError } from "../../mod.ts";
import { setValues } from "./fixtures/item_targets.ts";

test("Shared memory is refused on the way to a process of the operating system", { timeout: 60_000 }, () => {
  using array = new SharedArray("i", 1);
  using value = new SharedValue("i");
  using memory = new SharedMemory({ create: true, size: 1 });
  using list = new ShareableList([1]);
  for (const shared of [array, value, memory, list]) {
    const process = new Process({ target: setValues, args: [[], [{ shared }]], context: "process" });
    assert.throws(() => process.start(), (error) => {
      assert.ok(error instanceof TaskEncodingError);
      assert.equal(error.path, "args[1][0].shared");
      assert.match(error.message, new RegExp(`it is a ${shared.constructor.name}, whose memory`));
      return true;
    });
  }
});
