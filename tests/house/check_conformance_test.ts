import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { faultsOf, readBehaviours, withFiles } from "../../scripts/conformance/behaviour_list.ts";
import { testTitles } from "../../scripts/conformance/test_titles.ts";

const timeout = 20_000;

const source = `
describe("_TestQueue in a worker", () => {
  test("test_put, test_get: items come out", () => {});
});
describe("_TestLock", () => {
  inEachContext(
    "test_lock: it locks",
    () => {},
  );
});
test("test_empty: nothing is there", () => {});
test(\`A \${thing} without a name\`, () => {});
`;
const tests = testTitles("tests/queue/queue_test.ts", source);

function faultsOfLine(line: string, heading = "_TestQueue (tests/queue)"): string[] {
  return faultsOf(readBehaviours(`## ${heading}\n\n${line}\n\n## _TestLock\n\n- test_any N: none`), tests);
}

describe("The list of behaviours", () => {
  test(
    "A behaviour is found by its name in a title of its class, or of its folder outside classes",
    { timeout },
    () => {
      assert.deepEqual(faultsOfLine("- test_put P: tests/queue/queue_test.ts"), []);
      assert.deepEqual(faultsOfLine("- test_get P: tests/queue/queue_test.ts"), []);
      assert.deepEqual(faultsOfLine("- test_empty P: tests/queue/queue_test.ts"), []);
      assert.deepEqual(faultsOfLine("- test_lock P: tests/queue/queue_test.ts", "_TestLock"), []);
    },
  );

  test("A test of another class or folder does not count", { timeout }, () => {
    assert.match(faultsOfLine("- test_lock P: tests/queue/queue_test.ts")[0]!, /test_lock .* which isn't there/);
    assert.match(faultsOfLine("- test_empty P:", "_TestQueue (tests/sync)")[0]!, /neither a test nor a reason/);
  });

  test("What has no test has a reason, and what has one names it", { timeout }, () => {
    assert.deepEqual(faultsOfLine("- test_fd N: there are no descriptors"), []);
    assert.match(faultsOfLine("- test_fd A:")[0]!, /test_fd has neither a test nor a reason/);
    assert.match(faultsOfLine("- test_put P: not done")[0]!, /test_put is found in tests\/queue\/queue_test.ts/);
  });

  test("A test that does not name the behaviour is given by its title", { timeout }, () => {
    const line = '- test_any P: tests/queue/queue_test.ts: "A ${thing} without a name"';
    assert.deepEqual(faultsOfLine(line), []);
    assert.match(faultsOfLine(line.replace("without", "with"))[0]!, /isn't there/);
  });

  test("Bringing it up to date fills in files and keeps reasons and given titles", { timeout }, () => {
    const before =
      '## _TestQueue (tests/queue)\n\n- test_put P: old\n- test_fd N: there are\n  none\n- test_a P: tests/b: "c"';
    const after = withFiles(before, tests);
    assert.match(
      after,
      /- test_put P: tests\/queue\/queue_test\.ts\n- test_fd N: there are none\n- test_a P: tests\/b: "c"/,
    );
  });

  test("A line of another form is refused", { timeout }, () => {
    assert.throws(() => readBehaviours("- test_put: somewhere"), /Cannot read/);
  });
});
