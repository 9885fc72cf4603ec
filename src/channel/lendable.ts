import { isEncodingForOutside, type LentMethod, registerWire, wireTypeByTag } from "../core/wire.ts";
import { runtime } from "../runtime/current.ts";
import { type LentForm, Loan } from "./loan.ts";

let passedOn: object[] | undefined;

/**
 * Runs `encode` on what was decoded only to be passed on, and gives its result with the objects in it that this process
 * has handles to: nobody but who passes them on can give them up.
 */
export function passingOn<R>(encode: () => R): { encoded: R; handles: object[] } {
  const handles: object[] = passedOn = [];
  try {
    return { encoded: encode(), handles };
  } finally {
    passedOn = undefined;
  }
}

/** Notes an object that is being encoded. */
export function notePassage(value: object): void {
  passedOn?.push(value);
}

/** How objects of a class that lies in shared memory are used from processes that do not share it. */
export interface Lendable<T extends object> {
  /** The loan behind an object that stands for one of another process; `undefined` for one that lies here. */
  loanOf(value: T): Loan | undefined;
  /** Makes an object that stands for the one of a loan. */
  borrow(loan: Loan): T;
  /** What can be asked of it from there. */
  readonly methods: Readonly<Record<string, LentMethod<T>>>;
  /** Gives a handle up. */
  close?(value: T): void;
}

/**
 * Lets objects of the class that is registered under `tag` go to children of this process, to theirs, and back. Where
 * they lie is part of their form, so a process finds its own again whatever way they took.
 */
export function lendable<T extends object>(tag: string, { loanOf, borrow, methods, close }: Lendable<T>): void {
  const own = wireTypeByTag(tag)!;
  registerWire<T, unknown>({
    ...own as unknown as { class: abstract new (...args: never[]) => T },
    tag,
    scope: "tree",
    encode: (value) => {
      notePassage(value);
      const loan = loanOf(value);
      if (loan !== undefined) return loan.depart();
      const form = own.encode(value);
      return isEncodingForOutside() ? { home: runtime.pid, form } satisfies LentForm : form;
    },
    decode: (data) => {
      if (!isLent(data)) return own.decode(data) as T;
      return data.home === runtime.pid ? own.decode(data.form) as T : borrow(new Loan(tag, data));
    },
    lending: {
      // Its parent would look in vain for what lies in this process.
      reaches: (value, to) => to === "child" || (to === "parent" && loanOf(value) !== undefined),
      methods,
      close: close ?? (() => {}),
    },
  });
}

function isLent(data: unknown): data is LentForm {
  return typeof data === "object" && data !== null && "home" in data;
}
