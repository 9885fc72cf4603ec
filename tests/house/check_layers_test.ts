import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkModules, type LayerRules } from "../../scripts/layers/check_modules.ts";
import { scanModule } from "../../scripts/layers/scan_module.ts";

const timeout = 10_000;

const rules: LayerRules = {
  lines: [["core"], ["runtime", "memory"], ["process"], ["cli", "mod.ts"]],
  runtimeFolder: "runtime",
  runtimeGlobals: ["Deno", "Bun", "process", "self"],
  packages: ["msgpackr"],
  generated: { "wasm/pkg/": "memory" },
  exceptions: [],
};

/** Checks a tree in which every module that a test doesn't give is empty. */
function check(tree: Record<string, string>, changes: Partial<LayerRules> = {}): string[] {
  const empty = {
    "src/core/errors.ts": "",
    "src/runtime/node.ts": "",
    "src/memory/heap.ts": "",
    "src/process/task.ts": "",
  };
  return checkModules(new Map(Object.entries({ ...empty, ...tree })), { ...rules, ...changes });
}

describe("checkModules", () => {
  test("accepts imports that go down, over any number of lines", { timeout }, () => {
    const violations = check({
      "mod.ts": `export { Task } from "./src/process/task.ts";`,
      "src/process/task.ts":
        `import type { Heap } from "../memory/heap.ts";\nimport "../core/errors.ts";\nimport "./launch.ts";`,
      "src/process/launch.ts": `const inner = await import("../runtime/node.ts");`,
    });
    assert.deepEqual(violations, []);
  });

  const upward: Record<string, string> = {
    "an import": `import { Task } from "../process/task.ts";`,
    "a type import": `import type { Task } from "../process/task.ts";`,
    "a type in an import() type": `type T = import("../process/task.ts").Task;`,
    "a bare import": `import "../process/task.ts";`,
    "an export": `export * from "../process/task.ts";`,
    "a dynamic import": `const load = () => import("../process/task.ts");`,
    "a worker URL": `const url = new URL("../process/task.ts", import.meta.url);`,
    "a worker URL of the compiled code": `const url = new URL("../process/task.js", import.meta.url);`,
    "an import over several lines": `import {\n  Task, // a comment "with quotes"\n} from\n  "../process/task.ts";`,
  };
  for (const [form, text] of Object.entries(upward)) {
    test(`refuses ${form} that goes up`, { timeout }, () => {
      const violations = check({ "src/core/errors.ts": text });
      assert.equal(violations.length, 1, violations.join("\n"));
      assert.match(
        violations[0] ?? "",
        /^src\/core\/errors\.ts:\d+ imports src\/process\/task\.ts: process lies above core$/,
      );
    });
  }

  test("refuses an import between two folders of one line", { timeout }, () => {
    assert.deepEqual(check({ "src/memory/heap.ts": `\nimport "../runtime/node.ts";` }), [
      "src/memory/heap.ts:2 imports src/runtime/node.ts: runtime and memory are on one line",
    ]);
  });

  test("refuses a cycle inside a folder, also one of types", { timeout }, () => {
    const violations = check({
      "src/core/a.ts": `import type { B } from "./b.ts";`,
      "src/core/b.ts": `import type { C } from "./c.ts";`,
      "src/core/c.ts": `import type { A } from "./a.ts";`,
    });
    assert.deepEqual(violations, [
      "Cycle of imports: src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts",
    ]);
  });

  test("keeps a module with a leading underscore to its folder", { timeout }, () => {
    const tree = { "src/core/_words.ts": "", "src/core/errors.ts": `import "./_words.ts";` };
    assert.deepEqual(check(tree), []);
    assert.deepEqual(check({ ...tree, "src/process/task.ts": `import "../core/_words.ts";` }), [
      "src/process/task.ts:1 imports src/core/_words.ts, which is private to its folder",
    ]);
  });

  for (const name of rules.runtimeGlobals) {
    test(`lets only the runtime folder name ${name}`, { timeout }, () => {
      const uses = [
        `const x = ${name}.a;`,
        `if (typeof ${name} === "object") f();`,
        `globalThis.${name}`,
        `globalThis["${name}"]`,
      ];
      for (const use of uses) {
        assert.deepEqual(check({ "src/runtime/node.ts": use }), [], use);
        assert.deepEqual(check({ "src/process/task.ts": use }), [
          `src/process/task.ts:1 names ${name}, which only src/runtime may do`,
        ], use);
      }
    });
  }

  test("does not take a property, a key, a string or a comment for a global", { timeout }, () => {
    const text = "// self\n/* Deno */ const a = { process: 1, 'self': 2 }; b.process; b?.self; `Bun ${c.Bun} Deno`; " +
      `"process"; /self"/.test(d); interface E { process?: number }`;
    assert.deepEqual(check({ "src/process/task.ts": text }), []);
  });

  test("sees a global inside a template literal and after a regular expression", { timeout }, () => {
    assert.equal(check({ "src/process/task.ts": "`a ${ `b ${ { c: Deno } }` } `" }).length, 1);
    assert.equal(check({ "src/process/task.ts": 'const quote = /[/"]/; self; const d = a / b / c;' }).length, 1);
  });

  test("lets only the runtime folder import node: modules", { timeout }, () => {
    const text = `import { join } from "node:path";`;
    assert.deepEqual(check({ "src/runtime/node.ts": text }), []);
    assert.deepEqual(check({ "src/core/errors.ts": text }), [
      "src/core/errors.ts:1 imports node:path, which only src/runtime may do",
    ]);
  });

  test("accepts an exception, and refuses one that nothing uses", { timeout }, () => {
    const exceptions = [{ file: "src/core/errors.ts", use: "node:path", reason: "for the test" }];
    assert.deepEqual(check({ "src/core/errors.ts": `import "node:path";` }, { exceptions }), []);
    assert.deepEqual(check({}, { exceptions }), [
      "The exception for node:path in src/core/errors.ts is not used any more: remove it",
    ]);
  });

  test("refuses packages that are no dependencies", { timeout }, () => {
    assert.deepEqual(check({ "src/core/errors.ts": `import "msgpackr";\nimport "msgpackr/index-no-eval";` }), []);
    assert.equal(check({ "src/core/errors.ts": `import "msgpackr-extract";` }).length, 1);
  });

  test("refuses a module of no layer, a missing module, and code outside the sources", { timeout }, () => {
    assert.deepEqual(check({ "src/utils/a.ts": "", "src/b.ts": "" }), [
      "src/utils/a.ts:1 utils is on no line of the layer table",
      "src/b.ts:1 src/b.ts is on no line of the layer table",
    ]);
    assert.match(check({ "src/core/errors.ts": `import "./gone.ts";` })[0] ?? "", /refers to src\/core\/gone\.ts/);
    assert.match(check({ "src/core/errors.ts": `import "../../tests/a.ts";` })[0] ?? "", /refers to tests\/a\.ts/);
  });

  test("keeps generated code to its one folder", { timeout }, () => {
    const text = `import init from "../../wasm/pkg/kernels.js";`;
    assert.deepEqual(check({ "src/memory/heap.ts": text }), []);
    assert.deepEqual(check({ "src/core/errors.ts": text }), [
      "src/core/errors.ts:1 imports wasm/pkg/kernels.js, which only src/memory may do",
    ]);
  });
});

describe("scanModule", () => {
  test("tells the line of each reference", { timeout }, () => {
    const { references } = scanModule("/* a\nb */\nimport 'x';\n`c\n${d}\n`; import('y');");
    assert.deepEqual(references, [{ specifier: "x", line: 3 }, { specifier: "y", line: 6 }]);
  });
});
