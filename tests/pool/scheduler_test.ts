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
  | { enqueue: number }
  | { answer: number }
  | { lose: number }
  | { exhaust: number }
  | { add: number }
  | "balance";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ enqueue: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ answer: fc.nat() }),
  fc.record({ lose: fc.nat() }),
  fc.record({ exhaust: fc.nat() }),
  fc.record({ add: fc.integer({ min: 1, max: 9 }) }),
  fc.constant<Step>("balance"),
);

/** A pool of workers that answer when they are told to, around a scheduler. */
class Model {
  readonly scheduler = new Scheduler<number, number>(WINDOW);
  readonly held = new Map<number, number[]>();
  readonly quota = new Map<number, number>();
  readonly exhausted = new Set<number>();
  readonly answered: number[] = [];
  submitted = 0;
  #workers = 0;

  take(step: Step): void {
    if (step === "balance") this.#balance();
    else if ("enqueue" in step) { for (let i = 0; i < step.enqueue; i++) this.scheduler.enqueue(this.submitted++); }
    else if ("answer" in step) this.#answer(step.answer);
    else if ("lose" in step) this.#lose(step.lose);
    else if ("exhaust" in step) this.#exhaust(step.exhaust);
    else this.add(step.add);
    for (const [task, worker] of giveOut(this.scheduler)) {
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
    const imbalance = this.scheduler.imbalance();
    if (imbalance === undefined) return;
    const { from, count } = imbalance;
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
