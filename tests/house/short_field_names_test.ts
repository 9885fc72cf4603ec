import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withShortFieldNames } from "../../scripts/package/short_field_names.ts";

const timeout = 10_000;

describe("private fields in the package", () => {
  test("have the same short names in each class, and methods and public fields keep theirs", { timeout }, () => {
    const code = `
class Ring { #head = 0; #tail; size = 1; move() { return this.#head + this.#next(this.#tail); } #next(x) { return x; } }
class Lock { static #taken = new Set(); static is(x) { return #owner in x && Lock.#taken.has(x); } #owner; }`;
    assert.equal(
      withShortFieldNames(code),
      `
class Ring { #a = 0; #b; size = 1; move() { return this.#a + this.#next(this.#b); } #next(x) { return x; } }
class Lock { static #a = new Set(); static is(x) { return #b in x && Lock.#a.has(x); } #b; }`,
    );
  });

  test("do not get the name of a method, nor of what a class around theirs has", { timeout }, () => {
    const code = `
class Outer {
  #first = 1; #second = 2;
  inner() { const outer = this; return new class { #own = 3; #a() { return 4; } sum() { return outer.#first + outer.#second + this.#own + this.#a(); } }; }
  after() { return this.#first; }
}
export const sum = new Outer().inner().sum() * 10 + new Outer().after();`;
    const written = withShortFieldNames(code);
    assert.match(written, /#b = 1; #c = 2;[^]*#d = 3; #a\(\)/);
    assert.equal(new Function(written.replace("export const sum =", "return"))(), 10 * 10 + 1);
  });

  test("may be shadowed by an inner class, and be more than there are letters", { timeout }, () => {
    const many = Array.from({ length: 30 }, (_, index) => `#field${index} = ${index};`).join(" ");
    const code = `
class Many { ${many} last() { return this.#field29; } inner() { return new class { #field29() { return 7; } get() { return this.#field29(); } }; } }
return [new Many().last(), new Many().inner().get()];`;
    const [module, end] = code.split("return [");
    const written = `${withShortFieldNames(module!)}return [${end}`;
    assert.match(written, /#z = 25; #a1 = 26;/);
    assert.deepEqual(new Function(written)(), [29, 7]);
  });

  test("are left alone in texts and comments", { timeout }, () => {
    const code = 'class One { #field = "#field"; /* #field */ at() { return `#field ${this.#field}`; } }';
    const expected = 'class One { #a = "#field"; /* #field */ at() { return `#field ${this.#a}`; } }';
    assert.equal(withShortFieldNames(code), expected);
  });
});
