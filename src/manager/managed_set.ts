import { ManyhandsError } from "../core/errors.ts";
import { changed, checkKey } from "./managed_dict.ts";
import { updateTarget } from "./update_target.ts";

/** A set that a server keeps for its clients. */
export class ManagedSet {
  readonly #members: Set<unknown> = new Set();

  /** Makes it of members. */
  constructor(members: Iterable<unknown> = []) {
    this.addAll(members);
    Object.defineProperty(this, updateTarget, { value: this.#members });
  }

  add(member: unknown): void {
    this.#members.add(checkKey(member));
  }

  addAll(members: Iterable<unknown>): void {
    for (const member of members) this.add(member);
  }

  has(member: unknown): boolean {
    return this.#members.has(member);
  }

  /** Takes a member away; whether it was there. */
  delete(member: unknown): boolean {
    return this.#members.delete(member);
  }

  /** Takes any member. */
  pop(): unknown {
    for (const member of this.#members) {
      this.#members.delete(member);
      return member;
    }
    throw new ManyhandsError("ERR_NO_KEY", "The set is empty");
  }

  /** Takes away all that are not among `members`. */
  retainAll(members: Iterable<unknown>): void {
    const kept = new Set(members);
    for (const member of this.#members) if (!kept.has(member)) this.#members.delete(member);
  }

  /** Takes away all that are among `members`. */
  deleteAll(members: Iterable<unknown>): void {
    for (const member of members) this.#members.delete(member);
  }

  clear(): void {
    this.#members.clear();
  }

  size(): number {
    return this.#members.size;
  }

  /** All members, as a set of the caller's own. */
  copy(): Set<unknown> {
    return new Set(this.#members);
  }

  /** Goes through the members, and fails once there are more or fewer. */
  *iterate(): Generator<unknown> {
    const { size } = this.#members;
    for (const member of this.#members) {
      yield member;
      if (this.#members.size !== size) throw changed("set");
    }
  }
}
