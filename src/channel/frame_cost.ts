import { ControlWord } from "./link_layout.ts";

/** How many times the average a frame takes that stands out, beyond so many milliseconds. */
const OUTLIER = 8;
const OUTLIER_MS = 0.01;
/** Frames after which one that stands out is no sign of more such: its thread had to wait for a core. */
const RARE = 64;

/** What a worker's frames lately cost, kept as an average where its host sees it. */
export class FrameCost {
  readonly #control: Int32Array;
  #average = 0;
  #sinceOutlier = 0;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** A frame took so many milliseconds. */
  note(milliseconds: number): void {
    const isRare = this.#sinceOutlier++ >= RARE;
    if (milliseconds > OUTLIER * this.#average + OUTLIER_MS) {
      this.#sinceOutlier = 0;
      if (isRare) return;
    }
    this.#average += (milliseconds - this.#average) / 8;
    this.#control[ControlWord.FrameCost] = Math.min(this.#average * 1e6, 2e9);
  }
}
