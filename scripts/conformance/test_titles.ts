/** A title of a test file. */
export interface TitledTest {
  readonly title: string;
  /** The behaviours that it names: what stands before its colon, separated by commas. */
  readonly names: readonly string[];
  /** The titles of the suites around it, outermost first. */
  readonly suites: readonly string[];
  readonly file: string;
}

const titlePattern = /^( *)[^\n]*?\b(\w+)\(\s*(?:\w+,\s*)?(["'`])((?:\\.|(?!\3)[^\\])*)\3/gm;

/**
 * The titles of a test file. Takes a text that is the first or second argument of any call for a title, so that tests
 * made by helpers count, and reads the nesting from the indentation, which the formatter sees to.
 */
export function testTitles(file: string, source: string): TitledTest[] {
  const found: TitledTest[] = [];
  const open: { indent: number; title: string }[] = [];
  for (const [, spaces = "", call, , title = ""] of source.matchAll(titlePattern)) {
    while (open.length > 0 && open.at(-1)!.indent >= spaces.length) open.pop();
    const suites = open.map((suite) => suite.title);
    if (/^describe/i.test(call!)) open.push({ indent: spaces.length, title });
    const colon = title.indexOf(":");
    const names = colon < 0 ? [] : title.slice(0, colon).split(",").map((name) => name.trim());
    found.push({ title, names, suites, file });
  }
  return found;
}
