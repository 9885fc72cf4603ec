import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Scheduler } from "../../src/pool/scheduler.ts";

const timeout = 30_000;
const WINDOW = 4;

/** Gives out what the scheduler lets go, as a pool does; what went where. */
function giveOut(scheduler: Scheduler<number, number>, packed?: number): [task: number, worker: number][] {
  const given: [number, number][] = [];
  while (scheduler.next() !== undefined) {
    const worker = scheduler.assign(packed);
    if (worker === undefined) break;
    given.push([scheduler.take()!, worker]);
  }
  return given;
}

test("Without a worker tasks wait", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.enqueue(1);
  assert.equal(scheduler.assign(), undefined);
  assert.equal(scheduler.backlog, 1);
});

test("Tasks go out in their order to the worker with the fewest", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(10);
  scheduler.addWorker(20);
  for (let task = 0; task < 4; task++) scheduler.enqueue(task);
  assert.deepEqual(giveOut(scheduler), [[0, 10], [1, 20], [2, 10], [3, 20]]);
});

test("A worker holds at most a window of tasks", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1);
  for (let task = 0; task < 10; task++) scheduler.enqueue(task);
  assert.equal(giveOut(scheduler).length, WINDOW);
  scheduler.completed(1);
  assert.deepEqual(giveOut(scheduler), [[4, 1]]);
  assert.equal(scheduler.inFlight, WINDOW);
});

test("Small tasks are packed on a worker that is at work already", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1);
  scheduler.addWorker(2);
  for (let task = 0; task < 4; task++) scheduler.enqueue(task);
  assert.deepEqual(giveOut(scheduler, 3), [[0, 1], [1, 1], [2, 1], [3, 2]]);
});

test("Small tasks stay with as many workers as there are cores, others go to all", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(100, () => 2);
  for (let worker = 0; worker < 5; worker++) scheduler.addWorker(worker);
  for (let task = 0; task < 80; task++) scheduler.enqueue(task);
  assert.deepEqual([...new Set(giveOut(scheduler, 8).map(([, worker]) => worker))], [0, 1]);
  for (let task = 0; task < 3; task++) scheduler.enqueue(task);
  assert.deepEqual(giveOut(scheduler, 7).map(([, worker]) => worker), [2, 2, 2]);
  for (let task = 0; task < 2; task++) scheduler.enqueue(task);
  assert.deepEqual(giveOut(scheduler, 1).map(([, worker]) => worker), [3, 4]);
});

test("A worker that has stalled gets nothing while another has room, until it answers", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW, () => 1);
  scheduler.addWorker(1);
  scheduler.addWorker(2);
  assert.equal(scheduler.assign(8), 1);
  scheduler.stall(1);
  assert.deepEqual(Array.from({ length: 5 }, () => scheduler.assign(8)), [2, 2, 2, 2, 1]);
  scheduler.completed(1);
  assert.equal(scheduler.assign(8), 1);
});

test(
  "Small tasks are stuck behind stalled workers while another has nothing to do, and then go to others, a few to each",
  {
    timeout,
  },
  () => {
    const scheduler = new Scheduler<number, number>(100, () => 3);
    for (let worker = 1; worker <= 3; worker++) scheduler.addWorker(worker);
    for (let task = 0; task < 30; task++) scheduler.assign(10);
    scheduler.stall(1);
    scheduler.stall(3);
    assert.deepEqual(scheduler.stuck(), []);
    for (let worker = 4; worker <= 6; worker++) scheduler.addWorker(worker);
    assert.deepEqual(scheduler.stuck(), [1, 3]);
    const given = Array.from({ length: 18 }, () => scheduler.assign(10, true));
    assert.deepEqual([4, 5, 6].map((worker) => given.filter((one) => one === worker).length), [7, 7, 4]);
  },
);

test("Of small tasks that go on a long row is shared, by as many workers as there are cores", { timeout }, () => {
  for (
    const { cores, tasks, taken } of [
      { cores: 3, tasks: 160, taken: undefined },
      { cores: 3, tasks: 161, taken: { from: 1, count: 107 } },
      { cores: 1, tasks: 161, taken: undefined },
    ]
  ) {
    const scheduler = new Scheduler<number, number>(1000, () => cores);
    scheduler.addWorker(1);
    for (let task = 0; task < tasks; task++) scheduler.assign(8);
    for (let worker = 2; worker <= 6; worker++) scheduler.addWorker(worker);
    assert.equal(scheduler.isUneven(), true);
    assert.deepEqual(scheduler.imbalance(), taken);
  }
});

test("A worker gets no more tasks than its quota, and is spent when it has answered them", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1, 2);
  for (let task = 0; task < 3; task++) scheduler.enqueue(task);
  assert.equal(giveOut(scheduler).length, 2);
  scheduler.completed(1);
  assert.equal(scheduler.isSpent(1), false);
  scheduler.completed(1);
  assert.equal(scheduler.isSpent(1), true);
  assert.equal(scheduler.assign(), undefined);
});

test("A task that is taken back gives its worker's quota back", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1, 1);
  scheduler.enqueue(7);
  giveOut(scheduler);
  scheduler.revoked(1);
  scheduler.requeue([7]);
  assert.deepEqual(giveOut(scheduler), [[7, 1]]);
});

test("Requeued tasks come before those that wait, in their own order", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.enqueue(9);
  scheduler.requeue([1, 2, 3]);
  scheduler.addWorker(1);
  assert.deepEqual(giveOut(scheduler).map(([task]) => task), [1, 2, 3, 9]);
});

test("A worker whose ring is full gets nothing until it has room", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1);
  scheduler.block(1);
  assert.equal(scheduler.assign(), undefined);
  scheduler.unblock(1);
  assert.equal(scheduler.assign(), 1);
});

test("A worker that ran dry may take over what waits on a busy one, not its last task", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1);
  for (let task = 0; task < 3; task++) scheduler.enqueue(task);
  giveOut(scheduler);
  assert.equal(scheduler.imbalance(), undefined);
  scheduler.addWorker(2);
  assert.deepEqual(scheduler.imbalance(), { from: 1, count: 1 });
  scheduler.completed(1);
  scheduler.completed(1);
  assert.equal(scheduler.imbalance(), undefined);
});

test("Nothing is moved while tasks wait that no worker holds", { timeout }, () => {
  const scheduler = new Scheduler<number, number>(WINDOW);
  scheduler.addWorker(1);
  for (let task = 0; task < WINDOW; task++) scheduler.enqueue(task);
  giveOut(scheduler);
  scheduler.addWorker(2);
  scheduler.enqueue(99);
  assert.equal(scheduler.imbalance(), undefined);
});

type Step =
  | { enqueue: number; packed: number }
  | { stall: number }
  | { answer: number }
  | { lose: number }
  | { exhaust: number }
  | { add: number }
  | "balance";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ enqueue: fc.integer({ min: 1, max: 6 }), packed: fc.constantFrom(0, 3, 9) }),
  fc.record({ stall: fc.nat() }),
  fc.record({ answer: fc.nat() }),
  fc.record({ lose: fc.nat() }),
  fc.record({ exhaust: fc.nat() }),
  fc.record({ add: fc.integer({ min: 1, max: 9 }) }),
  fc.constant<Step>("balance"),
);

/** A pool of workers that answer when they are told to, around a scheduler. */
class Model {
  readonly scheduler = new Scheduler<number, number>(WINDOW, () => 2);
  readonly held = new Map<number, number[]>();
  readonly quota = new Map<number, number>();
  readonly exhausted = new Set<number>();
  readonly answered: number[] = [];
  submitted = 0;
  #workers = 0;

  take(step: Step): void {
    if (step === "balance") this.#balance();
    else if ("enqueue" in step) { for (let i = 0; i < step.enqueue; i++) this.scheduler.enqueue(this.submitted++); }
    else if ("stall" in step) this.#stall(step.stall);
    else if ("answer" in step) this.#answer(step.answer);
    else if ("lose" in step) this.#lose(step.lose);
    else if ("exhaust" in step) this.#exhaust(step.exhaust);
    else this.add(step.add);
    const packed = typeof step === "object" && "packed" in step ? step.packed : 1;
    for (const [task, worker] of giveOut(this.scheduler, packed)) {
      this.held.get(worker)!.push(task);
      this.quota.set(worker, this.quota.get(worker)! - 1);
    }
  }

  add(quota: number): void {
    const id = this.#workers++;
    this.held.set(id, []);
    this.quota.set(id, quota);
    this.scheduler.addWorker(id, quota);
  }

  #pick(pick: number): number | undefined {
    const ids = [...this.held.keys()];
    return ids.length === 0 ? undefined : ids[pick % ids.length];
  }

  #answer(pick: number): void {
    const worker = this.#pick(pick);
    const task = worker === undefined ? undefined : this.held.get(worker)!.shift();
    if (task === undefined) return;
    this.answered.push(task);
    this.scheduler.completed(worker!);
  }

  #stall(pick: number): void {
    const worker = this.#pick(pick);
    if (worker !== undefined) this.scheduler.stall(worker);
  }

  #lose(pick: number): void {
    const worker = this.#pick(pick);
    if (worker === undefined) return;
    this.scheduler.removeWorker(worker);
    this.scheduler.requeue(this.held.get(worker)!);
    this.held.delete(worker);
    this.quota.delete(worker);
  }

  /** What the worker has not begun goes elsewhere, and it gets nothing more. */
  #exhaust(pick: number): void {
    const worker = this.#pick(pick);
    if (worker === undefined) return;
    this.scheduler.exhaust(worker);
    const taken = this.held.get(worker)!.splice(1);
    for (let i = 0; i < taken.length; i++) this.scheduler.revoked(worker);
    this.scheduler.requeue(taken);
    this.quota.set(worker, 0);
    this.exhausted.add(worker);
    assert.equal(this.scheduler.isSpent(worker), this.held.get(worker)!.length === 0);
  }

  #balance(): void {
    for (const worker of this.scheduler.stuck()) this.#takeBack(worker, this.held.get(worker)!.length - 1);
    const imbalance = this.scheduler.imbalance();
    if (imbalance !== undefined) this.#takeBack(imbalance.from, imbalance.count);
  }

  #takeBack(from: number, count: number): void {
    const held = this.held.get(from)!;
    assert.ok(count >= 1 && count < held.length, `${count} of ${held.length} tasks taken from a busy worker`);
    const taken = held.splice(held.length - count);
    for (let i = 0; i < count; i++) this.scheduler.revoked(from);
    if (!this.exhausted.has(from)) this.quota.set(from, this.quota.get(from)! + count);
    this.scheduler.requeue(taken);
  }

  check(): void {
    const loads = [...this.held.values()].map((held) => held.length);
    assert.ok(loads.every((load) => load <= WINDOW));
    assert.ok([...this.quota.values()].every((left) => left >= 0));
    assert.equal(this.scheduler.inFlight, loads.reduce((sum, load) => sum + load, 0));
    assert.equal(this.scheduler.backlog + this.scheduler.inFlight + this.answered.length, this.submitted);
    const hasRoom = [...this.held].some(([id, held]) => held.length < WINDOW && this.quota.get(id)! > 0);
    assert.ok(this.scheduler.backlog === 0 || !hasRoom, "a task waits although a worker has room");
  }
}

test("Whatever happens, no task is lost or doubled, and none waits while a worker has room", { timeout }, () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
    const model = new Model();
    for (const each of steps) {
      model.take(each);
      model.check();
    }
    while (model.answered.length < model.submitted) {
      model.take({ add: WINDOW });
      for (let i = 0; i < WINDOW * model.held.size; i++) model.take({ answer: i });
    }
    assert.deepEqual([...model.answered].sort((a, b) => a - b), Array.from({ length: model.submitted }, (_, i) => i));
  }));
});
