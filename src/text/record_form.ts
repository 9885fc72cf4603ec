/** What a record of a text is: a line, a line of JSON, a row of CSV, or a chunk of whole lines. */
export type RecordForm = "lines" | "ndjson" | "csv" | "chunks";

/** What becomes of a record that fails. */
export type RecordErrorMode = "stop" | "skip" | "file";

/** How workers make records of text and call the function with them; plain data. */
export interface MapperSettings {
  readonly by: RecordForm;
  /** Whether the first row of CSV names the fields. */
  readonly header: boolean;
  /** What separates the fields of CSV. */
  readonly delimiter: string;
  readonly invalid: "error" | "replace";
  /** Records of one worker whose calls may be under way at a time. */
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds that one call may take. */
  readonly timeout: number | undefined;
  /** Whether the first record that fails ends its range. */
  readonly stops: boolean;
  /** Whether what the calls give is answered as it is, not as text. */
  readonly values: boolean;
}

/** An error as plain data. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
}

/** A record that failed, as its worker tells; plain data. */
export interface FailedRecord {
  /** Its place among the records of its range. */
  readonly index: number;
  /** Bytes from the start of the text to the record; undefined for a record that came as a value. */
  readonly offset: number | undefined;
  /** The record as it came; base64 of its bytes where they are no UTF-8. */
  readonly record: unknown;
  readonly isBase64: boolean;
  readonly error: ErrorData;
}

/** What was thrown, as plain data. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  const { name, message, stack } = thrown;
  const { code } = thrown as { code?: unknown };
  return { name, message, stack, code: typeof code === "string" ? code : undefined };
}
