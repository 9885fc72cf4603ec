import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A path under which there is no file yet; its folder goes with the handle. */
export function temporaryFile(): { path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-"));
  return { path: join(folder, "file"), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
