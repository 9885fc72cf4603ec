/** A pool under test: calls double a number in one of two workers. */
export interface Contestant {
  call(x: number): Promise<number>;
  stop(): Promise<unknown> | unknown;
}
