import {
  CheckpointError,
  FileError,
  InvalidUtf8Error,
  KernelError,
  LookAheadLimitError,
  ManyhandsError,
  OutputConflictError,
  RecordError,
} from "../core/errors.ts";
import type { TextFailure, TextReport } from "../text/report.ts";
import { formatBytes } from "./byte_size.ts";
import { visibleText } from "./visible_text.ts";

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** The final report in one line for people; `done` says what was done to the inputs. */
export function reportText(report: TextReport, done: "Lower-cased" | "Mapped" = "Lower-cased"): string {
  const { bytesResumed = 0 } = report;
  const rate = report.seconds > 0 ? (report.bytesIn - bytesResumed) / report.seconds : 0;
  const resumed = bytesResumed === 0 ? "" : `; ${formatBytes(bytesResumed)} had been done before`;
  const failed = report.filesFailed === 0 ? "" : `; ${count(report.filesFailed, "input")} failed`;
  return `${done} ${count(report.files, "input")}: ${formatBytes(report.bytesIn)} in, ` +
    `${formatBytes(report.bytesOut)} out in ${report.seconds.toFixed(2)} s ` +
    `(${formatBytes(Math.round(rate))}/s, ${count(report.processes, "worker")})${resumed}${failed}`;
}

/** The final report as JSON for programs. */
export function reportJson(report: TextReport): string {
  return JSON.stringify({ ...report, failed: report.failed.map(failureData) });
}

function failureData({ path, error }: TextFailure): { path: string; code: string | null; message: string } {
  return { path, code: error instanceof ManyhandsError ? error.code : null, message: error.message };
}

/** One failed input as an event for other programs, one line of JSON. */
export function failureEvent(failure: TextFailure): string {
  return JSON.stringify({ event: "failed", ...failureData(failure) });
}

/** One failed input for people; the error of a file, record or kernel says in its message what it is about. */
export function failureText(failure: TextFailure): string {
  const { path, error } = failure;
  if ([FileError, RecordError, KernelError].some((told) => error instanceof told)) return visibleText(error.message);
  const isText = error instanceof InvalidUtf8Error || error instanceof LookAheadLimitError;
  const name = path === "-" ? "standard input" : path;
  return visibleText(`Cannot ${isText ? "lower-case" : "work on"} ${name}: ${error.message}`);
}

/** What ended a run, for people. */
export function errorText(error: Error): string {
  const isOfPath = [FileError, RecordError, KernelError, OutputConflictError, CheckpointError].some((told) =>
    error instanceof told
  );
  return isOfPath ? visibleText(error.message) : error.message;
}
