import { encodeBytes } from "../channel/byte_codec.ts";
import { lendable, notePassage } from "../channel/lendable.ts";
import type { Loan } from "../channel/loan.ts";
import { passage } from "../channel/passage.ts";
import { ClosedError } from "../core/errors.ts";
import { type Readiness, waitable } from "../core/waitable.ts";
import { encodingForOutside, type LentMethod, registerWire, wireTypeByTag } from "../core/wire.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import { Connection, receiveEncoded } from "./connection.ts";

/** One end of a pipe that lies in a process above this one. */
export class BorrowedConnection extends Connection {
  readonly #loan: Loan;
  #isClosed = false;

  constructor(loan: Loan, readable: boolean, writable: boolean) {
    super(readable, writable);
    this.#loan = loan;
  }

  /** The loan, for another handle. Throws where this one is closed. */
  static loanOf(connection: BorrowedConnection): Loan {
    if (connection.#isClosed) throw new ClosedError("Cannot send a Connection that is closed");
    return connection.#loan;
  }

  override get closed(): boolean {
    return this.#isClosed;
  }

  override close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#loan.release();
  }

  override async send(value: unknown, options?: WaitOptions): Promise<void> {
    this.checkWritable();
    await this.sendFrame(encodeMessage(value), options);
  }

  override sendSync(value: unknown, timeout?: number): void {
    this.checkWritable();
    this.sendFrameSync(encodeMessage(value), timeout);
  }

  override async recv(options?: WaitOptions): Promise<unknown> {
    this.checkReadable();
    return await this.#loan.call("recv", [], options);
  }

  override recvSync(timeout?: number): unknown {
    this.checkReadable();
    return this.#loan.callSync("recv", [], timeout);
  }

  protected override async sendFrame(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    await this.#loan.call("sendBytes", [bytes], options);
  }

  protected override sendFrameSync(bytes: Uint8Array, timeout?: number): void {
    this.#loan.callSync("sendBytes", [bytes], timeout);
  }

  protected override async recvFrame(options?: WaitOptions): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#loan.call("recvBytes", [], options) as Uint8Array<ArrayBuffer>;
  }

  protected override recvFrameSync(timeout?: number): Uint8Array<ArrayBuffer> {
    return this.#loan.callSync("recvBytes", [], timeout) as Uint8Array<ArrayBuffer>;
  }

  protected override async pollFrame(options: WaitOptions): Promise<boolean> {
    return await this.#loan.call("poll", [], options) as boolean;
  }

  protected override pollFrameSync(timeout: number): boolean {
    return this.#loan.callSync("poll", [], timeout) as boolean;
  }

  protected override readiness(): Readiness {
    return {
      isReady: () => this.#isClosed || this.#loan.callSync("isReady") as boolean,
      whenReady: async (signal) => void await this.#loan.call("whenReady", [], { signal }),
    };
  }
}

function encodeMessage(value: unknown): Uint8Array {
  return encodingForOutside(() => encodeBytes(value, "message"), "parent");
}

const methods: Readonly<Record<string, LentMethod<Connection>>> = {
  sendBytes: (connection, [bytes], limits) => connection.sendBytes(bytes as Uint8Array, 0, undefined, limits),
  recv: (connection, _, limits) => connection.recv(limits),
  recvBytes: (connection, _, limits) => connection.recvBytes(undefined, limits),
  poll: (connection, _, { timeout, signal }) => connection.poll(timeout, { signal }),
  isReady: (connection) => connection[waitable]().isReady(),
  whenReady: (connection, _, { signal }) => connection[waitable]().whenReady(signal),
};

const TAG = "Connection";
const LENT_TAG = "Connection of another process";

/**
 * Lets ends of pipes go to other processes of the operating system; `TAG` is registered for those that lie here. What
 * stands for one of another process is of another class, and so has a name of its own on the wire.
 */
export function lendConnections(): void {
  const parts = {
    borrow: (loan: Loan): Connection => {
      const [readable, writable] = (loan.lent.form as unknown[]).slice(-2) as [boolean, boolean];
      return new BorrowedConnection(loan, readable, writable);
    },
    methods,
    close: (connection: Connection) => connection.close(),
  };
  const recv: LentMethod<Connection> = async (connection, _, limits) =>
    passage(await receiveEncoded(connection, limits));
  lendable<Connection>(TAG, { ...parts, methods: { ...methods, recv }, loanOf: () => undefined });
  registerWire<BorrowedConnection, unknown>({
    tag: LENT_TAG,
    scope: "tree",
    class: BorrowedConnection,
    encode: (connection) => {
      notePassage(connection);
      const { home, form } = BorrowedConnection.loanOf(connection).depart();
      const [place, ways] = [(form as unknown[]).slice(0, 3), (form as unknown[]).slice(-2)];
      // The journey on which it came here is over.
      return { home, form: [...place, 0, ...ways] };
    },
    decode: (lent) => wireTypeByTag(TAG)!.decode(lent) as BorrowedConnection,
    lending: {
      reaches: (_, to) => to !== "stranger",
      methods: methods as Readonly<Record<string, LentMethod<BorrowedConnection>>>,
      close: parts.close,
    },
  });
}
