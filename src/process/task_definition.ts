/** How a worker gets at a function; plain data. */
export type TaskDefinition =
  /** Marked by `task` in the module at `url`, or exported there under the name. */
  | { readonly url: string; readonly name: string }
  /** By its source text. `deps` are values, `functions` the source texts of functions that it may call by name. */
  | {
    readonly source: string;
    readonly name: string;
    readonly deps: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, string>>;
  };
