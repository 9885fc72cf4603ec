import Papa from "papaparse";

/**
 * The core of papaparse, for one row after another. `Papa.parse` puts more around it, and V8's quick collections take the
 * results of that for alive: so they do, to a lesser degree, where each has a parser of its own.
 */
let parser: { readonly delimiter: string; readonly core: Papa.Parser } | undefined;

function parserFor(delimiter: string): Papa.Parser {
  if (parser?.delimiter !== delimiter) parser = { delimiter, core: new Papa.Parser({ delimiter, newline: "\n" }) };
  return parser.core;
}

/**
 * The fields of each row, or why it is malformed. All rows are parsed at once, which is several times faster than one by
 * one; those among which one is malformed, by halves.
 */
export function parseRows(rows: readonly string[], delimiter: string): (readonly string[] | SyntaxError)[] {
  if (rows.length === 0) return [];
  const { data, errors } = parserFor(delimiter).parse(rows.join("\n"), 0, false) as Papa.ParseResult<string[]>;
  if (errors.length === 0 && data.length === rows.length) return data;
  if (rows.length === 1) {
    const found = errors[0]?.message ?? `expected one row, found ${data.length}`;
    return [new SyntaxError(`The row is no CSV: ${found}`)];
  }
  const half = rows.length >>> 1;
  return [...parseRows(rows.slice(0, half), delimiter), ...parseRows(rows.slice(half), delimiter)];
}

/**
 * The names of the fields by the first row.
 *
 * @throws {SyntaxError} where it is malformed or has a name twice
 */
export function headerFields(row: string, delimiter: string): readonly string[] {
  const [fields] = parseRows([row], delimiter);
  if (fields === undefined || fields instanceof SyntaxError) throw fields;
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) throw new SyntaxError(`The header names the field ${JSON.stringify(twice)} twice`);
  return fields;
}

/**
 * A row as an object with the header's names.
 *
 * @throws {RangeError} where it has another number of fields
 */
export function rowObject(header: readonly string[], fields: readonly string[]): Record<string, string> {
  if (fields.length !== header.length) {
    throw new RangeError(`The row has ${fields.length} fields, but the header has ${header.length}`);
  }
  const object: Record<string, string> = {};
  for (let index = 0; index < header.length; index++) {
    const name = header[index]!;
    if (name === "__proto__") Object.defineProperty(object, name, { value: fields[index], enumerable: true });
    else object[name] = fields[index]!;
  }
  return object;
}
