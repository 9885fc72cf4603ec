import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseJunit } from "../../scripts/verify/junit.ts";

const timeout = 10_000;

/** The cases that count, as [file, name, result]. */
function counted(xml: string): string[][] {
  return parseJunit(xml).filter((one) => !one.isContainer).map((one) => [one.file, one.name, one.result]);
}

describe("parseJunit", () => {
  test("reads Node's report: suites around cases, and marks > that are not escaped", { timeout }, () => {
    const xml = `<testsuites>
      <testcase name="plain" classname="test" file="/r/tests/a_test.ts"/>
      <testsuite name="suite" tests="2"><testcase name="inner" classname="suite" file="/r/tests/a_test.ts" failure="a -> b">
        <failure type="testCodeFailure" message="a -> b">[Error: &lt;x> &amp;&#10;y]</failure>
      </testcase></testsuite>
      <testcase name="left" file="/r/tests/a_test.ts"><skipped type="skipped" message="no tmpfs"/></testcase>
      <!-- tests 3 --></testsuites>`;
    assert.deepEqual(counted(xml), [
      ["/r/tests/a_test.ts", "plain", "passed"],
      ["/r/tests/a_test.ts", "suite > inner", "failed"],
      ["/r/tests/a_test.ts", "left", "skipped"],
    ]);
    assert.equal(parseJunit(xml)[1]?.detail, "[Error: <x> &\ny]");
    assert.equal(parseJunit(xml)[2]?.detail, "no tmpfs");
  });

  test("reads Deno's report: a container is not counted, and its tests get its file", { timeout }, () => {
    const xml = `<testsuites><testsuite name="./tests/a_test.ts"><testcase name="suite" classname="./tests/a_test.ts">
      <failure message="1 test step failed">1 test step failed.</failure></testcase></testsuite>
      <testsuite name="ext:deno_node/testing.ts"><testcase name="suite &gt; good" classname="ext:deno_node/testing.ts"></testcase>
      <testcase name="suite &gt; bad" classname="ext:deno_node/testing.ts"><failure message="m">text</failure></testcase>
      </testsuite></testsuites>`;
    assert.deepEqual(counted(xml), [
      ["./tests/a_test.ts", "suite > good", "passed"],
      ["./tests/a_test.ts", "suite > bad", "failed"],
    ]);
  });

  test("counts a container that failed although all inside it passed", { timeout }, () => {
    const xml = `<testcase name="s" classname="a_test.ts"><failure message="hook">h</failure></testcase>
      <testcase name="s &gt; t" classname="a_test.ts"></testcase>`;
    assert.deepEqual(counted(xml), [["a_test.ts", "s", "failed"], ["a_test.ts", "s > t", "passed"]]);
  });

  test("reads Bun's report: suites by file and by name", { timeout }, () => {
    const xml = `<testsuites><testsuite name="tests/a_test.ts" file="tests/a_test.ts">
      <testcase name="one" classname="" file="tests/a_test.ts" />
      <testsuite name="d" file="tests/a_test.ts"><testcase name="two" file="tests/a_test.ts" >
        <failure type="E" message="m" /></testcase></testsuite></testsuite></testsuites>`;
    assert.deepEqual(counted(xml), [["tests/a_test.ts", "one", "passed"], ["tests/a_test.ts", "d > two", "failed"]]);
  });

  test("reads a report that breaks off", { timeout }, () => {
    assert.deepEqual(counted(`<testsuites><testcase name="a" file="f"/><testcase name="b" fi`), [["f", "a", "passed"]]);
    assert.deepEqual(counted(""), []);
  });
});
