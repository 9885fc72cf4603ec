import { runtime } from "../runtime/current.ts";
import type { Thread, ThreadEnd } from "../runtime/port.ts";
import type { CrewAnswer, CrewRequest } from "./crew_messages.ts";
import { answerTo } from "./crew_task.ts";

/**
 * The program's own thread as one of a crew's, which is there from the start. It does each task in a later turn of its
 * event loop, so that signals, timers and the other workers' messages wait for one task at most.
 */
export class OwnThread implements Thread {
  #listener: (answer: CrewAnswer) => void = () => {};
  #onEnd: (end: ThreadEnd) => void = () => {};
  #hasEnded = false;

  post(message: unknown): void {
    const request = message as CrewRequest;
    if (request.task === undefined) this.#end();
    else {
      void runtime.hearThreads().then(async () => {
        // What the task would work in may not be there any more.
        if (!this.#hasEnded) this.#listener(await answerTo(request));
      });
    }
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listener = listener;
  }

  onEnd(listener: (end: ThreadEnd) => void): void {
    this.#onEnd = listener;
  }

  terminate(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnd({ code: 0 });
  }
}
