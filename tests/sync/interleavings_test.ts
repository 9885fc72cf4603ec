import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Barrier, BrokenBarrierError, Condition, Event, Lock, OwnerDiedError, Semaphore } from "../../mod.ts";
import { allocateZeroed } from "../../src/memory/allocator.ts";
import { typedView } from "../../src/memory/linear_memory.ts";
import { recordOwnerDeath } from "../../src/memory/owner_deaths.ts";
import { LockWord } from "../../src/sync/lock_word.ts";
import { waitSync } from "../../src/sync/word_wait.ts";
import { type ModelThread, TIME_LIMIT, type Walk, walkInterleavings } from "./fixtures/interleavings.ts";

const timeout = 120_000;

// All that the programs share. It is made before them, and each walk leaves it as it was.
const lock = new Lock();
const condition = new Condition(lock);
const event = new Event();
const semaphore = new Semaphore(1);
const empty = new Semaphore(0);
const pair = new Barrier(2);
const trio = new Barrier(3);
const words = newWords();
const notes = newWords();

function newWords(): Int32Array {
  return typedView(Int32Array, allocateZeroed(64, 64), 16);
}

/** Walks the threads and expects no fault. */
function holds(
  threads: readonly ModelThread[],
  check?: (results: readonly unknown[]) => void,
  settled?: number,
): Walk {
  const walk = walkInterleavings(threads, check, settled);
  assert.deepEqual(walk.faults, []);
  return walk;
}

function faults(threads: readonly ModelThread[], message: RegExp, check?: (results: readonly unknown[]) => void): void {
  const [fault] = walkInterleavings(threads, check).faults;
  assert.match(String(fault?.error), message);
}

/** Is inside for the time of one step, where only one thread at a time may be. */
function stayInside(): void {
  if (notes[0] !== 0) throw new Error("Two are inside");
  notes[0] = 1;
  Atomics.load(notes, 1);
  notes[0] = 0;
}

function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof OwnerDiedError) return "owner died";
    if (error instanceof BrokenBarrierError) return "broken";
    throw error;
  }
}

describe("In all interleavings of a lock", { timeout }, () => {
  const guarded = (): void => {
    const guard = lock.acquireSync();
    stayInside();
    guard.release();
  };

  test("one of three is inside, and each gets in", { timeout }, () => {
    assert.ok(holds([guarded, guarded, guarded], () => assert.equal(lock.locked(), false)).states > 100);
  });

  test("those that come back get in again", { timeout }, () => {
    const twice = (): void => (guarded(), guarded());
    holds([twice, twice]);
  });

  test("one that gives up leaves the lock to the others", { timeout }, () => {
    const patient = (): boolean => {
      const guard = lock.acquireSync(TIME_LIMIT);
      if (guard !== undefined) stayInside();
      guard?.release();
      return guard !== undefined;
    };
    const { results } = holds([patient, guarded], () => assert.equal(lock.locked(), false));
    assert.deepEqual([...results].sort(), ["[false,null]", "[true,null]"]);
    holds([patient, patient], (ends) => assert.ok(ends.includes(true)));
  });

  test("a lock whose owner dies is nobody's until it is recovered", { timeout }, () => {
    const dying = new LockWord(words, 0, 901);
    recordOwnerDeath(900);
    const waiter = (owner: number): ModelThread => () => {
      const word = new LockWord(words, 0, owner);
      return outcome(() => {
        if (!waitSync(words, 0, () => word.look(), TIME_LIMIT)) return "gave up";
        stayInside();
        word.release();
        return "inside";
      });
    };
    const die = (): void => {
      dying.look();
      if (dying.holder === 901) recordOwnerDeath(901);
    };
    const { results } = holds([die, waiter(2)]);
    assert.deepEqual([...results].sort(), ['[null,"gave up"]', '[null,"inside"]', '[null,"owner died"]']);
  });

  test("a lock that wakes nobody is found", { timeout }, () => {
    const silent = (): void => {
      const word = new LockWord(words, 0, 1);
      waitSync(words, 0, () => word.look());
      stayInside();
      Atomics.store(words, 0, 0);
    };
    faults([silent, silent], /sleeps for ever/);
  });

  test("a lock that looks and takes in two steps is found", { timeout }, () => {
    const hasty = (): void => {
      if (Atomics.load(words, 0) !== 0) return;
      Atomics.store(words, 0, 1);
      stayInside();
      Atomics.store(words, 0, 0);
    };
    faults([hasty, hasty], /Two are inside/);
  });
});

describe("In all interleavings of a semaphore", { timeout }, () => {
  test("one permit lets one in", { timeout }, () => {
    const enter = (): void => {
      const guard = semaphore.acquireSync();
      stayInside();
      guard.release();
    };
    const twice = (): void => (enter(), enter());
    holds([twice, enter], () => assert.equal(semaphore.value, 1));
  });

  test("two permits at once are for two that wait", { timeout }, () => {
    const take = (): void => void empty.acquireSync();
    holds([take, take, () => empty.release(2)], () => assert.equal(empty.value, 0));
  });

  test("each of two single permits is for one that waits", { timeout }, () => {
    const take = (): void => void empty.acquireSync();
    holds([take, take, () => (empty.release(), empty.release())], () => assert.equal(empty.value, 0), 1);
  });

  test("one that gives up takes no permit with it", { timeout }, () => {
    holds(
      [() => empty.acquireSync(TIME_LIMIT) === undefined, () => void empty.acquireSync(), () => empty.release(2)],
      ([gaveUp]) => assert.equal(empty.value, gaveUp ? 1 : 0),
    );
  });
});

describe("In all interleavings of an event", { timeout }, () => {
  test("all that wait hear of it", { timeout }, () => {
    const wait = (): boolean => event.waitSync();
    holds([wait, wait, () => event.set()], (results) => {
      assert.deepEqual(results.slice(0, 2), [true, true]);
    });
  });

  test("one that waited hears of a flag that is cleared and set again", { timeout }, () => {
    holds([() => event.waitSync(), () => (event.set(), event.clear(), event.set())]);
  });

  test("one that had begun to wait hears of a flag that was cleared since", { timeout }, () => {
    const wait = (): boolean => {
      Atomics.store(notes, 0, 1);
      return event.waitSync(TIME_LIMIT);
    };
    const { results } = holds([wait, () => (event.set(), event.clear())]);
    assert.deepEqual([...results].sort(), ["[false,null]", "[true,null]"]);
  });

  test("a waiter that says that it waits after its last look is found", { timeout }, () => {
    const late = (): void => {
      if (Atomics.load(words, 0) === 1) return;
      Atomics.store(words, 1, 1);
      Atomics.wait(words, 2, 0);
    };
    const set = (): void => {
      Atomics.store(words, 0, 1);
      if (Atomics.load(words, 1) === 1) Atomics.notify(words, 2);
    };
    faults([late, set], /sleeps for ever/);
  });
});

describe("In all interleavings of a condition", { timeout }, () => {
  const READY = 1;
  const LISTED = 2;

  test("who waits for a change hears of it", { timeout }, () => {
    const wait = (): unknown => {
      const guard = condition.acquireSync();
      const value = condition.waitForSync(() => notes[READY] === 1);
      guard.release();
      return value;
    };
    const change = (): void => {
      const guard = condition.acquireSync();
      notes[READY] = 1;
      condition.notifyAll();
      guard.release();
    };
    holds([wait, change], ([value]) => assert.equal(value, true));
    holds([wait, wait, change], ([one, other]) => assert.deepEqual([one, other], [true, true]), 2);
  });

  test("a notification goes to just one of those that wait, never to one that gave up", { timeout }, () => {
    const wait = (): boolean => {
      const guard = condition.acquireSync();
      notes[LISTED]!++;
      const isNotified = condition.waitSync(TIME_LIMIT);
      notes[LISTED]!--;
      guard.release();
      return isNotified;
    };
    const notify = (): number => {
      const guard = condition.acquireSync();
      const listed = notes[LISTED]!;
      condition.notify();
      guard.release();
      return listed;
    };
    holds([wait, notify], ([one, listed]) => assert.equal(Number(one), listed));
    const passOn = (): void => {
      const guard = condition.acquireSync();
      if (condition.waitSync(TIME_LIMIT)) condition.notify();
      guard.release();
    };
    const waitLong = (): boolean => {
      const guard = condition.acquireSync();
      const isNotified = condition.waitSync();
      guard.release();
      return isNotified;
    };
    holds([passOn, waitLong, notify], ([, isNotified]) => assert.equal(isNotified, true), 2);
  });

  test("a condition that says that it waits after it released the lock is found", { timeout }, () => {
    const wait = (): void => {
      const guard = lock.acquireSync();
      const isReady = notes[READY] === 1;
      guard.release();
      if (isReady) return;
      Atomics.store(words, 0, 1);
      Atomics.wait(words, 0, 1);
    };
    const change = (): void => {
      const guard = lock.acquireSync();
      notes[READY] = 1;
      if (Atomics.exchange(words, 0, 0) === 1) Atomics.notify(words, 0);
      guard.release();
    };
    faults([wait, change], /sleeps for ever/);
  });
});

describe("In all interleavings of a barrier", { timeout }, () => {
  const passPair = (): unknown => outcome(() => pair.waitSync());
  const passTrio = (): unknown => outcome(() => trio.waitSync());
  const hurryPair = (): unknown => outcome(() => pair.waitSync(TIME_LIMIT));

  test("all of a round pass with different numbers", { timeout }, () => {
    holds([passPair, passPair], (all) => {
      assert.deepEqual([...all].sort(), [0, 1]);
      assert.deepEqual([pair.nWaiting, pair.broken], [0, false]);
    });
    holds([passTrio, passTrio, passTrio], (all) => assert.deepEqual([...all].sort(), [0, 1, 2]), 2);
  });

  test("nobody is a round ahead", { timeout }, () => {
    const twice = (): void => {
      for (const round of [1, 2]) {
        notes[0]!++;
        pair.waitSync();
        const come = notes[0]!;
        if (come < 2 * round || come > 2 * round + 1) throw new Error(`${come} have come in round ${round}`);
      }
    };
    holds([twice, twice], () => assert.deepEqual([pair.nWaiting, pair.broken], [0, false]), 1);
  });

  test("of one round all pass, or none does", { timeout }, () => {
    const { results } = holds([hurryPair, hurryPair], ([one, other]) => {
      assert.equal(one === "broken", other === "broken");
      assert.equal(pair.broken, one === "broken");
    });
    assert.ok(results.has('["broken","broken"]') && (results.has("[0,1]") || results.has("[1,0]")));
  });

  test("an abort lets nobody sleep", { timeout }, () => {
    holds([passTrio, passTrio, () => trio.abort()], ([one, other]) => {
      assert.deepEqual([one, other, trio.broken], ["broken", "broken", true]);
    }, 1);
  });

  test("a reset breaks those that wait, or comes before or after them", { timeout }, () => {
    const { results } = holds([hurryPair, hurryPair, () => pair.reset()], undefined, 1);
    assert.ok(results.has('["broken","broken",null]') && (results.has("[0,1,null]") || results.has("[1,0,null]")));
    for (const end of results) assert.ok(end.includes('"broken","broken"') || !end.includes("broken"), end);
  });
});
