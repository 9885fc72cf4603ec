import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Doorbell } from "../../src/sync/doorbell.ts";

const timeout = 60_000;

function newBell(): { words: Int32Array<SharedArrayBuffer>; bell: Doorbell; ringer: Doorbell } {
  const words = new Int32Array(new SharedArrayBuffer(8));
  return { words, bell: new Doorbell(words, 1), ringer: new Doorbell(new Int32Array(words.buffer), 1) };
}

/** The shared state of the protocol, with what each side is to do next. */
interface State {
  readonly asleep: 0 | 1;
  readonly work: number;
  readonly isWaiting: boolean;
  readonly sleeper: "store" | "look" | "wait" | "parked";
  readonly ringer: "publish" | "load" | "exchange" | "notify";
  readonly unpublished: number;
}

type Step = (state: State) => State | undefined;

/** One atomic access at a time, as `Doorbell.sleep` does them; `parked` takes the work when it was woken. */
const sleeperSteps: Record<State["sleeper"], Step> = {
  store: (state) => ({ ...state, asleep: 1, sleeper: "look" }),
  look: (state) => state.work > 0 ? { ...state, asleep: 0, work: 0, sleeper: "store" } : { ...state, sleeper: "wait" },
  // The wait compares and goes to sleep in one step.
  wait: (state) =>
    state.asleep === 1 ? { ...state, isWaiting: true, sleeper: "parked" } : { ...state, work: 0, sleeper: "store" },
  parked: (state) => state.isWaiting ? undefined : { ...state, work: 0, sleeper: "store" },
};

/** As `Doorbell.ring` does them, after the work was published. */
const ringerSteps: Record<State["ringer"], Step> = {
  publish: (state) =>
    state.unpublished === 0
      ? undefined
      : { ...state, work: state.work + 1, unpublished: state.unpublished - 1, ringer: "load" },
  load: (state) => ({ ...state, ringer: state.asleep === 1 ? "exchange" : "publish" }),
  exchange: (state) => ({ ...state, asleep: 0, ringer: state.asleep === 1 ? "notify" : "publish" }),
  notify: (state) => ({ ...state, isWaiting: false, ringer: "publish" }),
};

/** Walks every interleaving from `start`; returns the states from which nobody can move. */
function deadEnds(
  start: State,
  sleeper: Record<State["sleeper"], Step>,
  ringer: Record<State["ringer"], Step>,
): State[] {
  const seen = new Set<string>();
  const ends: State[] = [];
  const open = [start];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    seen.add(key);
    const next = [sleeper[state.sleeper](state), ringer[state.ringer](state)].filter((step) => step !== undefined);
    if (next.length === 0) ends.push(state);
    open.push(...next);
  }
  return ends;
}

const awake: State = {
  asleep: 0,
  work: 0,
  isWaiting: false,
  sleeper: "store",
  ringer: "publish",
  unpublished: 4,
};

test("In no interleaving of the protocol's steps does the sleeper sleep over work", { timeout }, () => {
  const ends = deadEnds(awake, sleeperSteps, ringerSteps);
  assert.ok(ends.length > 0);
  for (const end of ends) assert.deepEqual([end.work, end.sleeper, end.unpublished], [0, "parked", 0]);
});

test(
  "The walk over interleavings finds the lost wake-up of a sleeper that looks before it says so",
  { timeout },
  () => {
    const careless: Record<State["sleeper"], Step> = {
      ...sleeperSteps,
      store: (state) => state.work > 0 ? { ...state, work: 0 } : { ...state, sleeper: "look" },
      look: (state) => ({ ...state, asleep: 1, sleeper: "wait" }),
    };
    assert.ok(deadEnds(awake, careless, ringerSteps).some(({ work }) => work > 0));
  },
);

test("Who finds work after all does not sleep and is not rung for", { timeout }, () => {
  const { words, bell } = newBell();
  assert.equal(bell.sleep(() => true), undefined);
  assert.equal(words[1], 0);
});

test("The word says that the sleeper sleeps before it looks for work", { timeout }, () => {
  const { words, bell } = newBell();
  let seen = 0;
  bell.sleep(() => {
    seen = words[1]!;
    return true;
  });
  assert.equal(seen, 1);
});

test("A ring while the sleeper takes its last look is not lost", { timeout }, () => {
  const { bell, ringer } = newBell();
  const rung = bell.sleep(() => {
    ringer.ring();
    return false;
  });
  assert.equal(rung, undefined);
});

test("A ring wakes the sleeper, and the bell can be used again", { timeout }, async () => {
  const { words, bell, ringer } = newBell();
  for (let round = 0; round < 3; round++) {
    const rung = bell.sleep(() => false);
    assert.ok(rung instanceof Promise);
    assert.equal(words[1], 1);
    ringer.ring();
    assert.equal(await rung, "ok");
    assert.equal(words[1], 0);
  }
});

test("A sleep with a time limit ends by itself, and a ring after it does no harm", { timeout }, async () => {
  const { bell, ringer } = newBell();
  assert.equal(await bell.sleep(() => false, 1), "timed-out");
  assert.equal(bell.sleep(() => false, 0), undefined);
  ringer.ring();
  const rung = bell.sleep(() => false);
  ringer.ring();
  assert.equal(await rung, "ok");
});

test("A bell changes no word but its own", { timeout }, () => {
  const { words, bell, ringer } = newBell();
  words[0] = 7;
  bell.sleep(() => true);
  ringer.ring();
  assert.equal(words[0], 7);
});

test("Whatever the order of rings and sleeps, the sleeper ends awake with all work seen", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("work", "sleep", "late"), { maxLength: 40 }), async (steps) => {
      const { bell, ringer } = newBell();
      let published = 0;
      let seen = 0;
      const publish = (): void => {
        published++;
        ringer.ring();
      };
      const look = (): boolean => {
        const hasWork = seen < published;
        seen = published;
        return hasWork;
      };
      for (const step of steps) {
        if (step === "work") publish();
        else {
          const rung = bell.sleep(() => {
            const hasWork = look();
            if (step === "late") publish();
            return hasWork;
          });
          if (rung !== undefined) publish();
          await rung;
          look();
        }
        if (step !== "work") assert.equal(seen, published);
      }
    }),
    { numRuns: 200 },
  );
});

test("Two threads play ping-pong for 20,000 rounds and nobody sleeps for ever", { timeout: 240_000 }, async () => {
  const rounds = 20_000;
  const words = new Int32Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL("./fixtures/ping_pong.ts", import.meta.url), { workerData: { words, rounds } });
  const failed = new Promise<never>((_, reject) => worker.once("error", reject));
  const [mine, theirs] = [new Doorbell(words, 0), new Doorbell(words, 1)];
  const play = async (): Promise<void> => {
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(words, 2, round);
      theirs.ring();
      const answered = (): boolean => Atomics.load(words, 3) === round;
      while (!answered()) await mine.sleep(answered);
    }
  };
  try {
    await Promise.race([play(), failed]);
  } finally {
    await worker.terminate();
  }
  assert.equal(words[3], rounds);
});
