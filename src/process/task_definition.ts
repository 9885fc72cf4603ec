/** How a worker gets at a function; plain data. */
export type TaskDefinition =
  /** Marked by `task` in the module at `url`, which so imports this package, or exported there under the name. */
  | { readonly url: string; readonly name: string; readonly isMarked?: true }
  /** By its source text. `deps` are values, `functions` the source texts of functions that it may call by name. */
  | {
    readonly source: string;
    readonly name: string;
    readonly deps: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, string>>;
  };

/** A definition as it goes to a worker: a list of short lists, which a worker reads before it has loaded much. */
export function definitionForm(definition: TaskDefinition): readonly unknown[] {
  if (!("source" in definition)) return [definition.name, definition.url, definition.isMarked === true];
  const { name, source, deps, functions } = definition;
  return [
    name,
    source,
    Object.keys(deps),
    Object.values(deps),
    Object.keys(functions),
    Object.values(functions),
  ];
}

/** The definition that came in a form. */
export function definitionOf(form: unknown): TaskDefinition {
  const [name, text, ...rest] = form as [string, string, ...unknown[][]];
  if (rest.length === 1) return { name, url: text, ...((rest[0] as unknown) === true && { isMarked: true }) };
  const [names, values, functionNames, sources] = rest as [string[], unknown[], string[], string[]];
  return { name, source: text, deps: record(names, values), functions: record(functionNames, sources) };
}

function record<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}
