/** Milliseconds that workers get to end by themselves when a pool is terminated, counted from the last that did. */
export const TERMINATE_GRACE_MS = 200;
/** So many more for each worker of the pool: many that end at one time keep each other from the cores. */
export const EACH_GRACE_MS = 5;
/** The most that they get in all, and what they get when the pool is closed and they have nothing to do. */
export const CLOSE_GRACE_MS = 5000;
