import cliProgress from "cli-progress";
import { errorStream, terminalColumns } from "../runtime/terminal.ts";
import { terminalReflows } from "../runtime/terminal_reflow.ts";
import type { TextFailure, TextProgress } from "../text/report.ts";
import type { ProgressDisplay } from "./progress_form.ts";
import { columnsOf, describeProgress, describeWorker, doneShare } from "./progress_text.ts";
import { RateMeter } from "./rate_meter.ts";
import { failureText } from "./report_lines.ts";

/** Drawings a second. */
const RATE = 10;
/** Columns of the bar at most. */
const BAR_COLUMNS = 30;
/** Columns below which a bar tells nothing. */
const LEAST_BAR_COLUMNS = 5;

const CLEAR_BELOW = "\x1b[0J";
const WRAP = "\x1b[?7h";
const NO_WRAP = "\x1b[?7l";

/** A bar on a terminal with a row for each worker where that is asked for. */
export class BarDisplay implements ProgressDisplay {
  readonly #verbose: boolean;
  readonly #meter: RateMeter = new RateMeter(performance.now());
  readonly #bars: cliProgress.MultiBar;
  readonly #onResize = (): void => this.#fit();
  #rows = 0;
  /** Columns of each row as it was drawn last. */
  readonly #drawn: number[] = [];
  #isResized = false;
  #isStopped = false;
  #last: TextProgress | undefined;

  constructor(verbose: boolean) {
    this.#verbose = verbose;
    this.#bars = new cliProgress.MultiBar({
      stream: errorStream(),
      fps: RATE,
      hideCursor: true,
      clearOnComplete: true,
      // A row that stays the same must be drawn again when a line was written above it.
      forceRedraw: true,
      // The command itself hears the signals.
      gracefulExit: false,
      format: (_options, _params, { row }: { row: number }) => {
        const text = this.#draw(row);
        this.#drawn[row] = columnsOf(text);
        return text;
      },
    });
    this.#bars.on("redraw-pre", () => {
      if (this.#isResized) errorStream().write(CLEAR_BELOW);
      this.#isResized = false;
    });
    errorStream().on("resize", this.#onResize);
  }

  update(progress: TextProgress): void {
    this.#last = progress;
    this.#meter.note(performance.now(), progress.bytesIn, progress.bytesRead, progress.resumed);
    const rows = 1 + (this.#verbose ? progress.workers.length : 0);
    while (this.#rows < rows) this.#bars.create(1, 0, { row: this.#rows++ });
  }

  failed(failure: TextFailure): void {
    const text = `manyhands: ${failureText(failure)}`;
    // Unlike the rows it may take more than one line.
    if (this.#rows > 0) this.#bars.log(`${CLEAR_BELOW}${WRAP}${text}${NO_WRAP}\n`);
    else errorStream().write(`${text}\n`);
  }

  stop(): void {
    errorStream().off("resize", this.#onResize);
    if (this.#rows === 0 || this.#isStopped) return;
    this.#isStopped = true;
    // Writes the lines that wait for the next drawing.
    this.#bars.update();
    this.#bars.stop();
  }

  /** Draws the rows anew where they were, which in a narrower terminal have become more lines. */
  #fit(): void {
    if (this.#rows === 0 || this.#isStopped) return;
    const columns = terminalColumns();
    const more = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns)) - 1, 0);
    if (more > 0 && terminalReflows()) errorStream().write(`\x1b[${more}A`);
    this.#isResized = true;
    this.#bars.update();
  }

  #draw(row: number): string {
    const progress = this.#last!;
    // In the last column some terminals begin the next line.
    const room = terminalColumns() - 1;
    if (row > 0) {
      const worker = progress.workers[row - 1];
      return worker === undefined ? "" : `  ${describeWorker(worker, room - 2)}`;
    }
    const time = performance.now();
    const share = doneShare(progress);
    if (share === undefined) return describeProgress(progress, this.#meter, time, room);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const words = describeProgress(progress, this.#meter, time, room - percent.length - 2);
    const columns = Math.min(BAR_COLUMNS, room - percent.length - words.length - 3);
    if (columns < LEAST_BAR_COLUMNS) return `${percent}  ${words}`;
    const done = Math.round(share * columns);
    return `${percent} ${"█".repeat(done)}${"░".repeat(columns - done)}  ${words}`;
  }
}
