/**
 * Events and the log of this process, with the runtime's channels and standard error behind them.
 * @module
 */
import { adoptChannels } from "../observe/events.ts";
import { adoptLogOutput } from "../observe/logger.ts";
import { runtime } from "../runtime/current.ts";
import { ownIdentity } from "./process_identity.ts";

adoptChannels(runtime.channel);
adoptLogOutput(runtime.writeError, () => ownIdentity().name);

export { emit } from "../observe/events.ts";
export { getLogger, logToStderr } from "../observe/logger.ts";
