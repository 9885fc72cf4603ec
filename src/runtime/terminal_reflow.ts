import { process } from "./host_process.ts";

/** Whether the terminal is of those that break lines anew when it gets narrower, as most do, instead of cutting them. */
export function terminalReflows(): boolean {
  const { TERM = "", TMUX, XTERM_VERSION } = process.env;
  if (TMUX !== undefined) return true;
  return XTERM_VERSION === undefined && !/^(linux|rxvt|screen)/.test(TERM);
}
