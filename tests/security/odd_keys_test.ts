import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, Listener, Manager, ManyhandsError, Pipe, Pool, Queue, TaskEncodingError } from "../../mod.ts";
import { echo, fail, type Odd, pollution } from "./fixtures/odd_keys.ts";

const timeout = 60_000;

/** Objects whose own keys are those by which prototypes are reached, at every level. */
function oddValue(): Odd {
  return JSON.parse(`{
    "__proto__": { "polluted": 1, "__proto__": { "polluted": 2 } },
    "constructor": { "prototype": { "polluted": 3 } },
    "prototype": { "polluted": 4 },
    "list": [{ "__proto__": { "polluted": 5 }, "toString": 6, "hasOwnProperty": 7, "then": 8 }]
  }`) as Odd;
}

function check(value: unknown): void {
  const found = value as Odd;
  assert.ok(Object.hasOwn(found, "__proto__"));
  assert.equal(Object.getPrototypeOf(found), Object.prototype);
  assert.equal(JSON.stringify(found), JSON.stringify(oddValue()));
  assert.deepEqual(pollution(), []);
  assert.equal(({} as Odd)["polluted"], undefined);
}

/** Beside what only a structured clone carries, and beside what is packed. */
const companies: ((odd: Odd) => { readonly odd: Odd })[] = [
  (odd) => ({ odd }),
  (odd) => ({ odd, zero: -0, error: new Error("x") }) as { odd: Odd },
];

describe("Keys by which prototypes are reached are keys as any", () => {
  for (const context of ["worker", "process", "inline"] as const) {
    test(`as arguments, results and fields of errors (${context})`, { timeout }, async () => {
      const pool = new Pool({ processes: 1, context });
      for (const company of companies) {
        const { value, polluted } = await pool.apply(echo, [company(oddValue())]);
        assert.deepEqual(polluted, []);
        check((value as { odd: Odd }).odd);
      }
      const fields = JSON.parse('{"__proto__": {"polluted": 1}, "prototype": {"constructor": {"polluted": 2}}}') as Odd;
      await assert.rejects(pool.apply(fail, [fields]), (error: Error & Odd) => {
        assert.ok(error instanceof ManyhandsError && Object.getPrototypeOf(error) === ManyhandsError.prototype);
        assert.deepEqual(error["prototype"], fields["prototype"]);
        assert.equal(error["polluted"], undefined);
        return true;
      });
      assert.deepEqual(pollution(), []);
      assert.deepEqual((await pool.apply(echo, [1])).polluted, []);
      await pool.terminate();
    });
  }

  test("as items of queues and messages of pipes and sockets", { timeout }, async () => {
    const queue = new Queue<{ odd: Odd }>();
    const [reader, writer] = Pipe(false);
    const listener = await new Listener().ready();
    const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address)]);
    for (const company of companies) {
      await queue.put(company(oddValue()));
      check((await queue.get()).odd);
      await writer.send(company(oddValue()));
      check((await reader.recv() as { odd: Odd }).odd);
      await client.send(company(oddValue()));
      check((await accepted.recv() as { odd: Odd }).odd);
    }
    for (const end of [reader, writer, accepted, client]) end.close();
    await listener.close();
  });

  test("as keys and values of a manager's objects", { timeout }, async () => {
    const manager = await Manager();
    const dict = await manager.dict<string, unknown>([["__proto__", 1], ["constructor", oddValue()]]);
    assert.equal(await dict.get("__proto__"), 1);
    check(await dict.get("constructor"));
    assert.equal(await dict.get("prototype"), undefined);
    const space = await manager.Namespace(oddValue());
    await space.set("__proto__", { polluted: 9 });
    assert.deepEqual(await space.get("__proto__"), { polluted: 9 });
    assert.equal(await space.get("toString"), undefined);
    const polluted = await dict.update(() => Object.keys(Object.prototype).concat(Object.keys(Map.prototype)));
    assert.deepEqual(polluted, []);
    assert.deepEqual(pollution(), []);
    await manager.shutdown();
  });

  test("as values that a function sent by its source text needs: they are refused", { timeout }, async () => {
    const pool = new Pool({ processes: 1 });
    const deps = { value: JSON.parse('{"__proto__": {"polluted": 1}}') as Odd };
    await assert.rejects(pool.apply((n: number) => n, [1], { deps }), TaskEncodingError);
    await pool.terminate();
  });
});
