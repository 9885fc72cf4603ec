import type { Socket } from "node:net";
import { builtin } from "./builtin.ts";

const net = builtin<typeof import("node:net")>("node:net");

const PIECE_BYTES = 256 * 1024;

/**
 * Standard input that is a pipe or a socket, always into the same memory: Node's own stream takes 64 KiB of new memory for
 * each piece, which costs twice the time and, until that is collected, a hundred megabytes. For Node alone. A piece is
 * good until the next one is asked for.
 */
export function pipedInput(): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new PipedInput() };
}

class PipedInput implements AsyncIterator<Uint8Array> {
  readonly #piece: Uint8Array = new Uint8Array(PIECE_BYTES);
  readonly #socket: Socket;
  #filled = 0;
  #isOver = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor() {
    this.#socket = new (net().Socket)({
      fd: 0,
      readable: true,
      writable: false,
      onread: {
        buffer: this.#piece,
        callback: (count) => {
          this.#filled = count;
          this.#wake();
          // It reads again when the next piece is asked for.
          return false;
        },
      },
    });
    const end = (failure?: Error): void => {
      this.#failure ??= failure;
      this.#isOver = true;
      this.#wake();
    };
    this.#socket.on("error", end).on("end", () => end()).on("close", () => end());
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#filled = 0;
    if (!this.#isOver) {
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      this.#socket.resume();
      await woken;
    }
    if (this.#filled > 0) return { done: false, value: this.#piece.subarray(0, this.#filled) };
    if (this.#failure !== undefined) throw this.#failure;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#socket.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }
}
