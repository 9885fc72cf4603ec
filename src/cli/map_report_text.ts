import type { MapReport } from "../text/map_report.ts";
import { formatBytes } from "./byte_size.ts";

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** The final report of `manyhands map` in one line for people. */
export function mapReportText(report: MapReport): string {
  const { files, records, recordsFailed, bytesIn, bytesOut, seconds, processes, errorsTo, filesFailed } = report;
  const rate = seconds > 0 ? bytesIn / seconds : 0;
  const where = errorsTo === undefined ? "" : `, kept in ${errorsTo}`;
  const losses = [
    ...recordsFailed === 0 ? [] : [`${count(recordsFailed, "record")} failed${where}`],
    ...filesFailed === 0 ? [] : [`${count(filesFailed, "input")} failed`],
  ];
  return `Mapped ${count(records, "record")} of ${count(files, "input")}: ${formatBytes(bytesIn)} in, ` +
    `${formatBytes(bytesOut)} out in ${seconds.toFixed(2)} s ` +
    `(${formatBytes(Math.round(rate))}/s, ${count(processes, "worker")})${losses.map((loss) => `; ${loss}`).join("")}`;
}
