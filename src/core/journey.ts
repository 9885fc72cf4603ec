const NONE = -1;
const UNNUMBERED = 0;

let current = NONE;

/**
 * What is encoded until `endJourney` goes to one receiver, whose end the sender hears of. What counts its handles then
 * needs no guess of how long one may be under way.
 */
export function beginJourney(): void {
  current = UNNUMBERED;
}

/** The number of the journey among the owners of shared state, 0 where nothing on it needed one. */
export function endJourney(): number {
  const number = Math.max(current, 0);
  current = NONE;
  return number;
}

/** The number of the journey that what is being encoded is for, made by `claim` for the first who asks; 0 where it is for none. */
export function journeyNumber(claim: () => number): number {
  if (current === UNNUMBERED) current = claim();
  return Math.max(current, 0);
}
