/**
 * What a machine runs after a program that was killed: listens once at a socket of its own, before which the product takes
 * away what killed programs have left.
 * @module
 */
import { isMainProcess, Listener } from "../../mod.ts";

if (isMainProcess) {
  const listener = await new Listener(undefined, { family: "unix" }).ready();
  await listener.close();
}
