import { errorIsTerminal, printErrorLine } from "../runtime/terminal.ts";
import type { TextFailure, TextProgress } from "../text/report.ts";
import { describeProgress, describeWorker, doneShare, progressEvent } from "./progress_text.ts";
import type { ProgressDisplay, ProgressForm } from "./progress_form.ts";
import { RateMeter } from "./rate_meter.ts";
import { failureEvent, failureText } from "./report_lines.ts";

/** Milliseconds between two plain lines, and between two events for programs. */
const INTERVALS = { lines: 5000, json: 1000 } as const;

/** The display of the form that is asked for; `verbose` shows each worker too. */
export async function progressDisplay(form: ProgressForm, verbose: boolean): Promise<ProgressDisplay> {
  if (form === "none") return { update: () => {}, failed: printFailure, stop: () => {} };
  if (form === "bar" || (form === "auto" && errorIsTerminal())) {
    // Few runs need the package for it.
    const { BarDisplay } = await import("./bar_display.ts");
    return new BarDisplay(verbose);
  }
  return form === "json" ? new TimedDisplay("json", verbose) : new TimedDisplay("lines", verbose);
}

function printFailure(failure: TextFailure): void {
  printErrorLine(`manyhands: ${failureText(failure)}`);
}

/** Lines at fixed intervals, also while nothing moves. */
class TimedDisplay implements ProgressDisplay {
  readonly #form: "lines" | "json";
  readonly #verbose: boolean;
  readonly #meter: RateMeter = new RateMeter(performance.now());
  readonly #timer: ReturnType<typeof setInterval>;
  #last: TextProgress | undefined;

  constructor(form: "lines" | "json", verbose: boolean) {
    this.#form = form;
    this.#verbose = verbose;
    this.#timer = setInterval(() => this.#show(), INTERVALS[form]);
  }

  update(progress: TextProgress): void {
    this.#last = progress;
    this.#meter.note(performance.now(), progress.bytesIn, progress.bytesRead, progress.resumed);
  }

  failed(failure: TextFailure): void {
    if (this.#form === "json") printErrorLine(failureEvent(failure));
    else printFailure(failure);
  }

  stop(): void {
    clearInterval(this.#timer);
    // Who reads events gets the last state as well.
    if (this.#form === "json") this.#show();
  }

  #show(): void {
    if (this.#last === undefined) return;
    const time = performance.now();
    if (this.#form === "json") return printErrorLine(progressEvent(this.#last, this.#meter, time));
    const share = doneShare(this.#last);
    const percent = share === undefined ? "" : `${Math.floor(share * 100)}%, `;
    printErrorLine(`${percent}${describeProgress(this.#last, this.#meter, time)}`);
    if (this.#verbose) { for (const worker of this.#last.workers) printErrorLine(`  ${describeWorker(worker)}`); }
  }
}
