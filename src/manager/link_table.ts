import { describeAddress } from "../queue/address.ts";
import { localLink, type ObjectLink, type ServerPlace } from "./object_link.ts";

const remote: Map<string, Promise<ObjectLink>> = new Map();

/** The one link of this thread to a server, made when it is first asked for. Rejects where nobody answers. */
export function linkTo(place: ServerPlace): Promise<ObjectLink> {
  const here = localLink(place.address);
  if (here !== undefined) return Promise.resolve(here);
  const name = `${describeAddress(place.address)} ${place.key}`;
  let opening = remote.get(name);
  if (opening === undefined) {
    const forget = (): void => {
      if (remote.get(name) === opening) remote.delete(name);
    };
    // Loaded only here, since most workers never call a manager.
    opening = import("./server_link.ts").then(({ openLink }) => openLink(place, forget));
    remote.set(name, opening);
    opening.catch(forget);
  }
  return opening;
}
