/** What the text of a process tells. */
export interface ProcessState {
  /** Name of its class. */
  readonly kind: string;
  readonly name: string;
  readonly status: "initial" | "started" | "stopped" | "closed";
  readonly pid?: number | null | undefined;
  readonly parent?: number | undefined;
  readonly exitCode?: number | null;
  readonly daemon?: boolean;
}

const SIGNALS: Readonly<Record<number, string>> = { [-9]: "-SIGKILL", [-15]: "-SIGTERM" };

/** A process as Python shows it. */
export function describeProcess({ kind, name, status, pid, parent, exitCode, daemon }: ProcessState): string {
  const parts = [`${kind} name='${name}'`];
  if (pid != null) parts.push(`pid=${pid}`);
  if (parent !== undefined) parts.push(`parent=${parent}`);
  parts.push(status);
  if (exitCode != null) parts.push(`exitcode=${SIGNALS[exitCode] ?? exitCode}`);
  if (daemon === true) parts.push("daemon");
  return `<${parts.join(" ")}>`;
}
