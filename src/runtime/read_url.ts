import { UnsupportedError } from "../core/errors.ts";
import { builtin } from "./builtin.ts";

const fs = builtin<typeof import("node:fs")>("node:fs");

/**
 * The bytes that a URL of the scheme `file:` or `data:` names, at once.
 *
 * @throws {UnsupportedError} for any other scheme: what comes over a network takes a wait.
 */
export function readUrl(url: URL): Uint8Array<ArrayBuffer> {
  switch (url.protocol) {
    case "file:":
      return new Uint8Array(fs().readFileSync(url));
    case "data:": {
      const [, isBase64, content] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url.href) ?? [];
      if (isBase64 !== undefined) return Uint8Array.from(atob(decodeURIComponent(content!)), (c) => c.charCodeAt(0));
    }
  }
  throw new UnsupportedError(
    `Cannot read ${url.href.slice(0, 80)}: expected a URL of the scheme file: or data: (in base64)`,
  );
}
