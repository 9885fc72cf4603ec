/**
 * Python's `multiprocessing` for TypeScript, on Node, Deno and Bun.
 *
 * @example
 * ```ts
 * import { Pool } from "@manyhands/manyhands";
 *
 * const pool = new Pool(3);
 * console.log(await pool.map((x: number) => 2 * x, [5, 10, 20])); // [ 10, 20, 40 ]
 * await pool.terminate();
 * ```
 * @module
 */
import "./src/wire_classes.ts";

export {
  AuthenticationError,
  BrokenBarrierError,
  BufferTooShortError,
  CapturedVariableError,
  ClosedError,
  EndOfStreamError,
  type ExitReason,
  InterruptedError,
  InvalidUtf8Error,
  MainGuardError,
  ManagerLostError,
  ManyhandsError,
  OutOfMemoryError,
  OwnerDiedError,
  PoolClosedError,
  QueueEmptyError,
  QueueFullError,
  RemoteError,
  ShutDownError,
  TaskEncodingError,
  TaskLoadError,
  TimeoutError,
  UnsupportedError,
  WorkerLostError,
} from "./src/core/errors.ts";
export { type ErrorClass, registerError } from "./src/core/error_classes.ts";
export type { SettleOptions } from "./src/core/deadline.ts";
export { type Readiness, type Waitable, waitable } from "./src/core/waitable.ts";
export type { Doubleable } from "./src/kernels/double.ts";
export { type Kernels, kernels } from "./src/kernels/kernels.ts";
export type { Lowercased, LowercaseOptions } from "./src/kernels/lowercase.ts";
export {
  type KernelFunctions,
  type KernelTypecode,
  type RegisteredKernel,
  registerKernel,
} from "./src/kernels/register_kernel.ts";
export type { TextCut, TextFunction } from "./src/kernels/text_kernel.ts";
export { type BytesLike, Connection } from "./src/queue/connection.ts";
export { BaseManager, type ManagerOptions, type RegisterOptions } from "./src/manager/base_manager.ts";
export {
  ArrayProxy,
  DictProxy,
  type Entries,
  ListProxy,
  NamespaceProxy,
  SetProxy,
  ValueProxy,
} from "./src/manager/container_proxies.ts";
export { IteratorProxy } from "./src/manager/iterator_proxy.ts";
export type { CallOptions, ServerPlace } from "./src/manager/object_link.ts";
export { PoolProxy } from "./src/manager/pool_proxy.ts";
export { AutoProxy, BaseProxy, type ProxyData, type ProxyMethods } from "./src/manager/proxy.ts";
export { JoinableQueueProxy, QueueProxy } from "./src/manager/queue_proxies.ts";
export { Manager, SyncManager } from "./src/manager/sync_manager.ts";
export {
  AcquirableProxy,
  BarrierProxy,
  ConditionProxy,
  EventProxy,
  LockProxy,
  ProxyGuard,
  RLockProxy,
  SemaphoreProxy,
} from "./src/manager/synchroniser_proxies.ts";
export { AsyncResult, type ResultSource } from "./src/pool/async_result.ts";
export type {
  EventMap,
  LogRecord,
  ProcessEndEvent,
  ProcessEvent,
  WorkerEndEvent,
  WorkerEvent,
} from "./src/observe/events.ts";
export type { Logger, LogLevel } from "./src/observe/logger.ts";
export type { Items } from "./src/pool/items.ts";
export { Pool } from "./src/pool/pool.ts";
export type { AsyncJobOptions, ImapOptions, JobOptions, MapOptions, PoolOptions } from "./src/pool/pool_options.ts";
export type { PoolStats } from "./src/pool/pool_stats.ts";
export type { TaskDeps, TaskLike } from "./src/process/define_task.ts";
export { Context, getContext } from "./src/context/context.ts";
export { getAllStartMethods, getStartMethod, setStartMethod, type StartMethod } from "./src/process/start_method.ts";
export { cpuCount } from "./src/process/cpu_count.ts";
export { CurrentProcess, currentProcess } from "./src/process/current_process.ts";
export { type ExitHook, onExit } from "./src/process/exit_hooks.ts";
export { ParentProcess, parentProcess } from "./src/process/parent_process.ts";
export { activeChildren, Process } from "./src/process/process.ts";
export type { ProcessOptions } from "./src/process/process_options.ts";
export type { ProcessIdentity } from "./src/process/process_identity.ts";
export { getLogger, logToStderr } from "./src/process/reporting.ts";
export { task, type TaskOptions } from "./src/process/task.ts";
export type { Address, Family } from "./src/queue/address.ts";
export {
  answerChallenge,
  type AuthKey,
  deliverChallenge,
  type MessageChannelLike,
} from "./src/queue/authentication.ts";
export { Client, type ClientOptions } from "./src/queue/client.ts";
export { Listener, type ListenerOptions } from "./src/queue/listener.ts";
export { isMainProcess } from "./src/runtime/current.ts";
export type { SocketAddress } from "./src/runtime/sockets.ts";
export type { LockOption } from "./src/shared/item_lock.ts";
export type { ShareableItem } from "./src/shared/list_slot.ts";
export { ShareableList } from "./src/shared/shareable_list.ts";
export { SharedArray } from "./src/shared/shared_array.ts";
export type { SharedItems } from "./src/shared/shared_items.ts";
export { SharedMemory, type SharedMemoryOptions } from "./src/shared/shared_memory.ts";
export { SharedMemoryManager } from "./src/shared/shared_memory_manager.ts";
export { SharedValue } from "./src/shared/shared_value.ts";
export type {
  ItemInput,
  ItemKind,
  ItemOf,
  Typecode,
  TypecodeConstructor,
  TypecodeViews,
  ViewOf,
} from "./src/shared/type_codes.ts";
export { Acquirable } from "./src/sync/acquirable.ts";
export { Barrier, type BarrierOptions } from "./src/sync/barrier.ts";
export { Condition } from "./src/sync/condition.ts";
export { Event } from "./src/sync/event.ts";
export { Guard, type Releasable } from "./src/sync/guard.ts";
export { Lock } from "./src/sync/lock.ts";
export { RLock } from "./src/sync/rlock.ts";
export { BoundedSemaphore, Semaphore } from "./src/sync/semaphore.ts";
export { Synchroniser } from "./src/sync/synchroniser.ts";
export type { WaitOptions } from "./src/sync/word_wait.ts";
export { JoinableQueue } from "./src/queue/joinable_queue.ts";
export { Pipe } from "./src/queue/pipe.ts";
export { Queue } from "./src/queue/queue.ts";
export { SimpleQueue } from "./src/queue/simple_queue.ts";
export { wait } from "./src/queue/wait.ts";
