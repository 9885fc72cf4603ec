/** Key of what `update` hands to its function, where that is not the object itself. */
export const updateTarget: unique symbol = Symbol("updateTarget");

/** What `update` hands to its function. */
export function updateTargetOf(object: object): unknown {
  return updateTarget in object ? object[updateTarget] : object;
}
