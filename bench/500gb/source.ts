/**
 * The source: writes the file `BLOCK` to standard output `COUNT` times.
 *
 * It does not import `node:process`, which would make streams of the standard ones and so have pipes not block.
 * @module
 */
import { readFileSync, writeSync } from "node:fs";

const WRITE_BYTES = 256 * 1024;

const [path = "", count = "0"] = globalThis.process.argv.slice(2);
const block = readFileSync(path);
// Standard output is a pipe that blocks: a slow reader stops this program here.
for (let left = Number(count); left > 0; left--) {
  for (let done = 0; done < block.length;) {
    done += writeSync(1, block, done, Math.min(WRITE_BYTES, block.length - done));
  }
}
