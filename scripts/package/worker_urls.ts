import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "rollup";

const workerUrl = /new URL\("(\.[^"]*\.js)", import\.meta\.url\)/g;

/** Keeps `new URL("./worker.js", import.meta.url)` right where the module that says so moves to another file. */
export function workerUrls(folder: string): Plugin {
  return {
    name: "worker-urls",
    transform(code, importer) {
      return code.replaceAll(workerUrl, (_, path: string) => {
        const file = fileURLToPath(new URL(path, pathToFileURL(importer)));
        const reference = this.emitFile({ type: "chunk", id: file, fileName: relative(folder, file) });
        return `new URL(import.meta.ROLLUP_FILE_URL_${reference})`;
      });
    },
  };
}
