import type { TitledTest } from "./test_titles.ts";

/** One line of the list. */
export interface Behaviour {
  readonly group: string;
  /** Where tests of the group may lie that are in no `describe` of a group. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly kind: "P" | "A" | "N";
  /** Test files; or one with the title of a test that does not name it; or the reason why there is no test. */
  readonly where: string;
}

const headingPattern = /^## (.+?)(?: \((tests[^)]*)\))?$/;
const titledPattern = /^(tests\/\S+): "(.+)"$/;
const linePattern = /^- (.+?) ([PAN]):(?: (.*))?$/;

/** Reads the list; throws for a line of it that has another form. */
export function readBehaviours(markdown: string): Behaviour[] {
  const behaviours: Behaviour[] = [];
  let group = "";
  let folders: string[] = [];
  for (const line of markdown.replaceAll(/\n  +(?=\S)/g, " ").split("\n")) {
    const heading = headingPattern.exec(line);
    if (heading !== null) {
      group = heading[1]!;
      folders = heading[2]?.split(", ") ?? [];
    } else if (line.startsWith("- ")) {
      const match = linePattern.exec(line);
      if (match === null) throw new Error(`Cannot read "${line}": expected "- name P: files or reason"`);
      behaviours.push({ group, folders, name: match[1]!, kind: match[2] as Behaviour["kind"], where: match[3] ?? "" });
    }
  }
  return behaviours;
}

/** The files with a test of the behaviour. */
export function filesOf(
  { group, folders, name }: Behaviour,
  tests: readonly TitledTest[],
  groups: ReadonlySet<string>,
): string[] {
  const names = new Set([name, `${group}.${name}`]);
  const files = tests.filter((test) => {
    if (!test.names.some((one) => names.has(one))) return false;
    const words = test.suites.flatMap((suite) => suite.split(/[^\w]+/));
    if (words.includes(group)) return true;
    return !words.some((word) => groups.has(word)) && folders.some((folder) => test.file.startsWith(`${folder}/`));
  }).map((test) => test.file);
  return [...new Set(files)].sort();
}

/** What is wrong with the list, a sentence for each line. */
export function faultsOf(behaviours: readonly Behaviour[], tests: readonly TitledTest[]): string[] {
  const groups = new Set(behaviours.map(({ group }) => group));
  return behaviours.flatMap((behaviour) => {
    const { group, name, where } = behaviour;
    const found = filesOf(behaviour, tests, groups).join(", ");
    if (found !== "") return where === found ? [] : [`${group}: ${name} is found in ${found}, not "${where}"`];
    if (where === "") return [`${group}: ${name} has neither a test nor a reason`];
    const [, file, title] = titledPattern.exec(where) ?? [];
    const isThere = !where.startsWith("tests/") || tests.some((test) => test.file === file && test.title === title);
    return isThere ? [] : [`${group}: ${name} is listed with ${where}, which isn't there`];
  });
}

/** The list with the files where the tests are now; reasons of what isn't tested stay. */
export function withFiles(markdown: string, tests: readonly TitledTest[]): string {
  const behaviours = readBehaviours(markdown);
  const groups = new Set(behaviours.map(({ group }) => group));
  let next = 0;
  return markdown.replaceAll(/^- .+(?:\n  +\S.*)*/gm, () => {
    const behaviour = behaviours[next++]!;
    const { name, kind, where } = behaviour;
    const files = filesOf(behaviour, tests, groups).join(", ");
    const isKept = titledPattern.test(where) || !where.startsWith("tests/");
    return `- ${name} ${kind}: ${files || (isKept ? where : "")}`.trimEnd();
  });
}
