/**
 * A controller whose signal looks by itself whether it is aborted each time that it is asked, so that a loop which leaves
 * no turn to events can see it too. `look` gives the reason once there is one.
 */
export function liveController(look: () => Error | undefined): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  let isLooking = false;
  const refresh = (): void => {
    // Deno's own `abort` asks the signal whether it is aborted already.
    if (isLooking || inherited(signal, "aborted") === true) return;
    isLooking = true;
    const reason = look();
    if (reason !== undefined) controller.abort(reason);
    isLooking = false;
  };
  for (const name of ["aborted", "reason"] as const) {
    const get = (): unknown => {
      refresh();
      return inherited(signal, name);
    };
    Object.defineProperty(signal, name, { get, enumerable: true, configurable: true });
  }
  const throwIfAborted = (): void => {
    if (signal.aborted) throw signal.reason;
  };
  Object.defineProperty(signal, "throwIfAborted", { value: throwIfAborted, configurable: true });
  return controller;
}

function inherited(signal: AbortSignal, name: "aborted" | "reason"): unknown {
  return Reflect.get(AbortSignal.prototype, name, signal);
}
