import { ControlWord } from "./link_layout.ts";

/** What a worker's frames lately cost, kept as an average where its host sees it. */
export class FrameCost {
  readonly #control: Int32Array;
  #average = 0;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** A frame took so many milliseconds. */
  note(milliseconds: number): void {
    this.#average += (milliseconds - this.#average) / 8;
    this.#control[ControlWord.FrameCost] = Math.min(this.#average * 1e6, 2e9);
  }
}
