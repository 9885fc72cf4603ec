/** What became of one test. */
export interface TestCase {
  /** Path of the test file as the runner wrote it. */
  readonly file: string;
  /** The test's name with those of the suites around it, joined by ` > `. */
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  /** What the runner tells of a failure, or the reason of a skip. */
  readonly detail: string;
  /** Whether other cases of the report are parts of this one and tell all about it. */
  readonly isContainer: boolean;
}

interface OpenCase {
  file: string;
  name: string;
  result: TestCase["result"];
  detail: string;
  isContainer: boolean;
}

const tagPattern = /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g;
const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/**
 * Reads a JUnit report as Node, Deno and Bun write it. Reads a report that breaks off, as far as it goes.
 *
 * Deno lists a test with subtests as a case beside them, Node and Bun as a suite around them: what is to be counted are
 * the cases that aren't containers.
 */
export function parseJunit(xml: string): TestCase[] {
  const cases: OpenCase[] = [];
  const suites: string[] = [];
  let open: OpenCase | undefined;
  let detailStart: number | undefined;
  for (const match of xml.matchAll(tagPattern)) {
    const [tag, slash, element, attributeText, selfClosing] = match;
    const end = match.index + tag.length;
    if (slash === "/") {
      if (element === "testsuite") suites.pop();
      else if (element === "testcase") open = undefined;
      else if (open && detailStart !== undefined) open.detail = decode(xml.slice(detailStart, match.index)).trim();
      continue;
    }
    const attributes = readAttributes(attributeText ?? "");
    if (element === "testsuite") {
      if (!selfClosing) suites.push(attributes.name ?? "");
    } else if (element === "testcase") {
      const around = suites.filter((suite) => !/_test\.ts$|^ext:/.test(suite));
      open = {
        file: attributes.file ?? attributes.classname ?? "",
        name: [...around, attributes.name ?? ""].join(" > "),
        result: "passed",
        detail: "",
        isContainer: false,
      };
      cases.push(open);
      if (selfClosing) open = undefined;
    } else if (open) {
      open.result = element === "skipped" ? "skipped" : "failed";
      open.detail = attributes.message ?? "";
      detailStart = selfClosing ? undefined : end;
    }
  }
  for (const one of cases) {
    const inside = cases.filter((other) => isInside(other, one));
    one.isContainer = inside.length > 0 &&
      (one.result !== "failed" || inside.some((other) => other.result === "failed"));
    for (const other of inside) other.file = one.file;
  }
  return cases;
}

/** Deno gives the tests inside a container the file of its own implementation, so the name has to tell. */
function isInside(inner: OpenCase, outer: OpenCase): boolean {
  return inner.name.startsWith(`${outer.name} > `) && (inner.file === outer.file || inner.file.startsWith("ext:"));
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) attributes[name ?? ""] = decode(value ?? "");
  return attributes;
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hexadecimal) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return entities[name] ?? whole;
  });
}
