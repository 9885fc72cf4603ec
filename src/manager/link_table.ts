import { describeAddress } from "../queue/address.ts";
import { isInline, onInlineEnd, ownIdentity } from "../process/process_identity.ts";
import { localLink, type ObjectLink, type ServerPlace } from "./object_link.ts";

const remote: Map<string, Promise<ObjectLink>> = new Map();

/** The one link of this process to a server, made when it is first asked for. Rejects where nobody answers. */
export function linkTo(place: ServerPlace): Promise<ObjectLink> {
  const here = localLink(place);
  if (here !== undefined) return Promise.resolve(here);
  const name = `${describeAddress(place.address)} ${place.key} ${ownIdentity().ident}`;
  let opening = remote.get(name);
  if (opening === undefined) {
    const forget = (): void => {
      if (remote.get(name) === opening) remote.delete(name);
    };
    // Loaded only here, since most workers never call a manager.
    const link = import("./server_link.ts").then(({ openLink }) => openLink(place, forget));
    if (isInline()) onInlineEnd((isForced) => void link.then((open) => open.close(isForced), () => {}));
    remote.set(name, opening = link);
    opening.catch(forget);
  }
  return opening;
}
