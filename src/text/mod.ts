/**
 * Text pipeline: lower-cases files, folders and streams of any size on all cores, in flat memory.
 * @module
 */
export { lowercase } from "./lowercase.ts";
export type { LowercaseOptions } from "./text_options.ts";
export type { CompressionChoice } from "./compression.ts";
export type { Compression } from "../runtime/compression.ts";
export type { InvalidMode } from "../kernels/lowercase.ts";
export {
  CheckpointError,
  type CheckpointErrorCode,
  FileError,
  type FileErrorCode,
  InvalidUtf8Error,
  LookAheadLimitError,
  ManyhandsError,
  OutputConflictError,
} from "../core/errors.ts";
export type { TextFailure, TextProgress, TextReport, WorkerProgress } from "./report.ts";
export type { ByteWriter } from "./byte_sink.ts";
