import cliProgress from "cli-progress";
import { errorIsTerminal, errorStream, printErrorLine, terminalColumns } from "../runtime/terminal.ts";
import type { TextProgress } from "../text/report.ts";
import { formatBytes, formatTime } from "./byte_size.ts";

/** Shows how far a run is, on standard error. */
export interface ProgressDisplay {
  update(progress: TextProgress): void;
  /** Writes a line between the progress. */
  line(text: string): void;
  /** Takes the display off the terminal. */
  stop(): void;
}

/** Milliseconds between two plain lines. */
const LINE_INTERVAL = 5000;
/** Milliseconds between two drawings of the bar. */
const BAR_INTERVAL = 100;

/** A bar on a terminal, a plain line every few seconds elsewhere, nothing if `quiet`. */
export function progressDisplay(quiet: boolean): ProgressDisplay {
  if (quiet) return { update: () => {}, line: printErrorLine, stop: () => {} };
  return errorIsTerminal() ? new BarDisplay() : new LineDisplay();
}

/** `progress` in words, after `seconds` of work. */
export function describeProgress(progress: TextProgress, seconds: number): string {
  const { bytesIn, bytesTotal, files, filesTotal } = progress;
  const rate = seconds > 0 ? bytesIn / seconds : 0;
  const parts = [
    bytesTotal === undefined ? formatBytes(bytesIn) : `${formatBytes(bytesIn)} of ${formatBytes(bytesTotal)}`,
    `${formatBytes(Math.round(rate))}/s`,
  ];
  if (bytesTotal !== undefined && rate > 0) parts.push(`${formatTime((bytesTotal - bytesIn) / rate)} left`);
  if (filesTotal > 1) parts.push(`${files} of ${filesTotal} files`);
  return parts.join(", ");
}

/** `0.37` as `" 37%"`. */
function percent(progress: TextProgress): string {
  const share = progress.bytesTotal ? progress.bytesIn / progress.bytesTotal : 1;
  return `${Math.floor(Math.min(1, share) * 100)}%`.padStart(4);
}

class LineDisplay implements ProgressDisplay {
  readonly #began: number = performance.now();
  #shown: number = performance.now();

  update(progress: TextProgress): void {
    const now = performance.now();
    if (now - this.#shown < LINE_INTERVAL) return;
    this.#shown = now;
    const share = progress.bytesTotal === undefined ? "" : `${percent(progress).trim()}, `;
    this.line(`${share}${describeProgress(progress, (now - this.#began) / 1000)}`);
  }

  line(text: string): void {
    printErrorLine(text);
  }

  stop(): void {}
}

class BarDisplay implements ProgressDisplay {
  readonly #began: number = performance.now();
  readonly #bar: cliProgress.SingleBar;
  #started = false;
  #drawn = 0;

  constructor() {
    this.#bar = new cliProgress.SingleBar({
      stream: errorStream(),
      hideCursor: true,
      clearOnComplete: true,
      // The bar is drawn by update(), so that no timer of its own keeps it alive.
      synchronousUpdate: false,
      fps: 1000 / BAR_INTERVAL,
      format: (_options, _params, payload: { progress?: TextProgress }) => this.#draw(payload.progress),
    });
  }

  update(progress: TextProgress): void {
    const now = performance.now();
    if (!this.#started) {
      this.#bar.start(progress.bytesTotal ?? 0, progress.bytesIn, { progress });
      this.#started = true;
    } else if (now - this.#drawn >= BAR_INTERVAL) {
      this.#drawn = now;
      this.#bar.update(progress.bytesIn, { progress });
    }
  }

  line(text: string): void {
    if (this.#started) errorStream().write("\r\x1b[K");
    printErrorLine(text);
  }

  stop(): void {
    if (this.#started) this.#bar.stop();
  }

  #draw(progress: TextProgress | undefined): string {
    if (progress === undefined) return "";
    const words = describeProgress(progress, (performance.now() - this.#began) / 1000);
    if (progress.bytesTotal === undefined) return words;
    const width = Math.max(0, Math.min(30, terminalColumns() - words.length - 9));
    const done = progress.bytesTotal === 0 ? width : Math.round((progress.bytesIn / progress.bytesTotal) * width);
    return `${percent(progress)} ${"█".repeat(Math.min(width, done))}${
      "░".repeat(Math.max(0, width - done))
    }  ${words}`;
  }
}
