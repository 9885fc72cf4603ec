import { recordOwnerDeath } from "../memory/owner_deaths.ts";
import { runtime } from "../runtime/current.ts";
import type { PoolTask } from "./pool_task.ts";

/** The tasks under way by their numbers on the wire, and those among them that are owed an answer. */
export class TaskLedger {
  readonly #tasks: (PoolTask | undefined)[] = [];
  readonly #freeIds: number[] = [];
  /** Of the tasks whose input holds handles that others count. */
  readonly #journeys = new Map<PoolTask, number>();
  readonly #lifeline = runtime.lifeline();
  #owed = 0;
  #isHolding = false;

  /** Tasks without an answer. */
  get owed(): number {
    return this.#owed;
  }

  /** Takes the task on and gives it a number; while any is owed an answer, the program stays alive. */
  take(task: PoolTask): void {
    const id = this.#freeIds.length > 0 ? this.#freeIds.pop()! : this.#tasks.length;
    task.id = id;
    this.#tasks[id] = task;
    this.#owed++;
    if (!this.#isHolding) this.#hold();
  }

  #hold(): void {
    this.#isHolding = true;
    this.#lifeline.hold();
  }

  /** What the task's input holds is on its way until the task is released. */
  accompany(task: PoolTask, journey: number): void {
    if (journey !== 0) this.#journeys.set(task, journey);
  }

  /** The task has its answer, or its job wants none any more. */
  settle(task: PoolTask): void {
    task.isSettled = true;
    this.#owed--;
  }

  /** Nothing on the wire names the task any more. */
  release(task: PoolTask): void {
    if (task.payload !== undefined) task.drop();
    if (this.#journeys.size > 0) this.#endJourney(task);
    this.#tasks[task.id] = undefined;
    this.#freeIds.push(task.id);
  }

  #endJourney(task: PoolTask): void {
    recordOwnerDeath(this.#journeys.get(task) ?? 0);
    this.#journeys.delete(task);
  }

  /** Lets the program end where nothing is owed; whether that is so. */
  rest(): boolean {
    if (this.#owed > 0) return false;
    if (this.#isHolding) this.#lifeline.release();
    this.#isHolding = false;
    return true;
  }

  /** All tasks that are owed an answer. */
  unsettled(): PoolTask[] {
    return this.#tasks.filter((task): task is PoolTask => task !== undefined && !task.isSettled);
  }
}
