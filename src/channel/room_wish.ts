/** Tells who waits for room in a ring, which the word `wish` of its link says, that there is some. */
export function grantRoom(control: Int32Array, wish: number, bell: { ring(): void }): void {
  if (Atomics.load(control, wish) === 0) return;
  Atomics.store(control, wish, 0);
  bell.ring();
}
