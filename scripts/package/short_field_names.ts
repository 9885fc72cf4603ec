import type { Plugin } from "rollup";
import { parseAst } from "rollup/parseAst";

/** What is used of a node of the syntax tree (ESTree). */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly name?: unknown;
  readonly body?: unknown;
  readonly key?: Node;
}

/** The private names that hold somewhere, each with what is written for it; without `#`. */
type Names = ReadonlyMap<string, string>;

/** Gives each chunk {@linkcode withShortFieldNames}. */
export function shortFieldNames(): Plugin {
  return {
    name: "short-field-names",
    renderChunk: (code) => ({ code: withShortFieldNames(code), map: null }),
  };
}

/**
 * Names the private fields of each class of a module `#a`, `#b` and so on. Bun keeps the name of each field in every
 * thread for ever, also when the thread has ended (docs/soak.md): what all classes share it keeps once. Methods keep
 * their names, which errors show.
 */
export function withShortFieldNames(code: string): string {
  const program = parseAst(code);
  const kept = new Set(membersOfClasses(program).filter((member) => !isField(member)).map(nameOf));
  const parts: string[] = [];
  let written = 0;
  visit<Names>(program, new Map(), (node, names) => {
    if (node.type === "ClassBody") return withFields(node, names, kept);
    if (node.type !== "PrivateIdentifier") return names;
    parts.push(code.slice(written, node.start), `#${names.get(`${node.name}`)}`);
    written = node.end;
    return names;
  });
  return parts.join("") + code.slice(written);
}

/** Calls `found` with each node, in the order of the code; what it returns holds within that node. */
function visit<C>(value: unknown, context: C, found: (node: Node, context: C) => C): void {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value) context = found(value as Node, context);
  for (const child of Object.values(value)) visit(child, context, found);
}

/** The members with private names of all classes. */
function membersOfClasses(program: unknown): Node[] {
  const found: Node[] = [];
  visit(program, undefined, (node) => {
    if (node.type === "ClassBody") found.push(...privateMembers(node));
  });
  return found;
}

function withFields(body: Node, outer: Names, kept: ReadonlySet<string>): Names {
  const names = new Map(outer);
  const taken = new Set([...kept, ...outer.values()]);
  const free = shortNames().filter((name) => !taken.has(name));
  for (const member of privateMembers(body)) {
    names.set(nameOf(member), isField(member) ? free.next().value! : nameOf(member));
  }
  return names;
}

function privateMembers({ body }: Node): Node[] {
  return (body as Node[]).filter(({ key }) => key?.type === "PrivateIdentifier");
}

function isField({ type }: Node): boolean {
  return type === "PropertyDefinition";
}

function nameOf({ key }: Node): string {
  return `${key!.name}`;
}

/** a, b, ... z, a1, b1, ... */
function* shortNames(): Generator<string, never> {
  for (let round = 0;; round++) {
    for (const letter of "abcdefghijklmnopqrstuvwxyz") yield round === 0 ? letter : `${letter}${round}`;
  }
}
