/**
 * What a server offers to a client over Comlink. Arguments and answers are bytes of our own codec, since Comlink's own way
 * loses the classes of errors and what registered classes need.
 */
export interface ServerApi {
  /** Makes an object of a type; the answer is a proxy. */
  create(type: string, args: Uint8Array): Promise<Uint8Array>;
  /** Calls a method; a `token` other than 0 is for `cancel`. */
  call(token: number, id: string, method: string, args: Uint8Array): Promise<Uint8Array>;
  cancel(token: number): void;
  adopt(id: string): void;
  /** `seen` is the number of the last answer that the client had when it dropped its last proxy of the object. */
  drop(id: string, seen: number): void;
  shutdown(): void;
}

/** An answer: whether it is a value or an error, that, and its number among all answers to the client. */
export type Answer = readonly [isValue: boolean, outcome: unknown, number: number];
