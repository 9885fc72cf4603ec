/**
 * Text pipeline: lower-cases files, folders and streams of any size on all cores, or calls a function of the user's for
 * each of their records, in flat memory.
 * @module
 */
export { lowercase } from "./lowercase.ts";
export { mapKernel, type MapKernelOptions } from "./map_kernel.ts";
export { mapRecords, mapText } from "./map_text.ts";
export type { MapRecordsOptions, MapTextOptions } from "./map_options.ts";
export type { MapProgress, MapReport } from "./map_report.ts";
export type { RecordErrorMode, RecordForm } from "./record_form.ts";
export type { TaskDeps, TaskLike } from "../process/define_task.ts";
export type { LowercaseOptions } from "./text_options.ts";
export type { CompressionChoice } from "./compression.ts";
export type { Compression } from "../runtime/compression.ts";
export type { RegisteredKernel } from "../kernels/register_kernel.ts";
export type { InvalidMode } from "../kernels/lowercase.ts";
export {
  CheckpointError,
  type CheckpointErrorCode,
  FileError,
  type FileErrorCode,
  InvalidUtf8Error,
  KernelError,
  type KernelErrorCode,
  LookAheadLimitError,
  ManyhandsError,
  OutputConflictError,
  RecordError,
  TaskLoadError,
  TimeoutError,
} from "../core/errors.ts";
export type { TextFailure, TextProgress, TextReport, WorkerProgress } from "./report.ts";
export type { ByteWriter } from "./byte_sink.ts";
