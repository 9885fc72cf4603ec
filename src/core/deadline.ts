/** Waits for `promise` at most `timeout` milliseconds: `true` where it settled in time. Never rejects. */
export function settlesWithin(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  if (timeout === Infinity) return promise.then(() => true, () => true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeout);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, settle);
  });
}
