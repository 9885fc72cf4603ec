import { BaseProxy, registerProxy } from "./proxy.ts";

/** An iterator in a manager's server, one item a call. Methods that return iterators give such proxies. */
export class IteratorProxy<T = unknown> extends BaseProxy implements AsyncIterableIterator<T> {
  /** The next item. */
  next(): Promise<IteratorResult<T>> {
    return this.call("next") as Promise<IteratorResult<T>>;
  }

  /** Ends the iteration. */
  async return(): Promise<IteratorResult<T>> {
    await this.call("return").catch(() => {});
    this.dispose();
    return { done: true, value: undefined };
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}

registerProxy("Iterator", IteratorProxy);
