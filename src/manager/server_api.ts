/**
 * What a server offers to a client over Comlink, beside calls of methods (see `CallMessage`). Arguments and answers are
 * bytes of our own codec, since Comlink's own way loses the classes of errors and what registered classes need.
 */
export interface ServerApi {
  /** Makes an object of a type; the answer is a proxy. */
  create(type: string, args: Uint8Array): Promise<Uint8Array>;
  /** Gives up the call of a number. */
  cancel(number: number): void;
  adopt(id: string): void;
  /** `seen` is the number of the last answer that the client had when it dropped its last proxy of the object. */
  drop(id: string, seen: number): void;
  shutdown(): void;
}

/** A call of a method: its number from 1 on, which the answer has too. */
export type CallMessage = readonly [number: number, id: string, method: string, args: Uint8Array];

/** The answer to a call. */
export type AnswerMessage = readonly [number: number, answer: Uint8Array];

/** An answer as it is in bytes: whether it is a value or an error, that, and its number among all answers to the client. */
export type Answer = readonly [isValue: boolean, outcome: unknown, number: number];
