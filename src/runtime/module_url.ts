import { pathToFileURL } from "node:url";

/** The URL of a module as a command names it: a path, relative to the working folder, or a URL already. */
export function moduleUrl(name: string): URL {
  // A drive of Windows is one letter.
  return /^[a-z][a-z\d+.-]+:/i.test(name) ? new URL(name) : pathToFileURL(name);
}
