import type { TextProgress, WorkerProgress } from "../text/report.ts";
import { formatBytes, formatTime } from "./byte_size.ts";
import type { RateMeter } from "./rate_meter.ts";

/** The share of the inputs that is done, from 0 to 1; undefined where the whole is not known. */
export function doneShare({ bytesRead, bytesTotal }: TextProgress): number | undefined {
  if (bytesTotal === undefined) return undefined;
  return bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
}

function rate(bytes: number): string {
  return `${formatBytes(Math.round(bytes))}/s`;
}

/** `progress` in words at `time` of the meter's clock. */
export function describeProgress(progress: TextProgress, meter: RateMeter, time: number): string {
  const { bytesRead, bytesTotal, files, filesTotal } = progress;
  const left = bytesTotal === undefined ? undefined : meter.secondsLeft(time, bytesTotal);
  const parts = [
    bytesTotal === undefined
      ? formatBytes(progress.bytesIn)
      : `${formatBytes(Math.min(bytesRead, bytesTotal))} of ${formatBytes(bytesTotal)}`,
    `${rate(meter.now(time))} now, ${rate(meter.overall(time))} overall`,
  ];
  if (left !== undefined) parts.push(`${formatTime(left)} left`);
  if (filesTotal > 1) parts.push(`${files} of ${filesTotal} files`);
  return parts.join(", ");
}

/** One worker in words. */
export function describeWorker({ name, tasks, bytesIn, path }: WorkerProgress): string {
  return `${name}: ${formatBytes(bytesIn)} in ${tasks} task${tasks === 1 ? "" : "s"}, ${path ?? "idle"}`;
}

/** `progress` as an event for other programs, one line of JSON. Rates are bytes of text a second. */
export function progressEvent(progress: TextProgress, meter: RateMeter, time: number): string {
  const { bytesTotal = null } = progress;
  const left = bytesTotal === null ? undefined : meter.secondsLeft(time, bytesTotal);
  return JSON.stringify({
    event: "progress",
    ...progress,
    bytesTotal,
    rateNow: Math.round(meter.now(time)),
    rateOverall: Math.round(meter.overall(time)),
    secondsLeft: left === undefined ? null : Math.round(left * 10) / 10,
  });
}
