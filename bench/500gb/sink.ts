/**
 * The sink: reads standard input to its end and prints a line of JSON: its bytes and their SHA-256, and beside it the
 * SHA-256 of the file `BLOCK` `COUNT` times over. Each byte is also compared at once, so that a difference ends the
 * run where it is and not hours later.
 *
 * It does not import `node:process`, which would make streams of the standard ones and so have pipes not block.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, readSync } from "node:fs";

const READ_BYTES = 1024 * 1024;

const [path = "", count = "0"] = globalThis.process.argv.slice(2);
const block = readFileSync(path);
const buffer = Buffer.alloc(READ_BYTES);
const found = createHash("sha256");
let bytes = 0;
for (let filled = 0, ended = false; !ended;) {
  // A pipe gives 64 KiB at a time; the rest of the loop likes more.
  for (filled = 0; filled < READ_BYTES && !ended;) {
    const read = readSync(0, buffer, filled, READ_BYTES - filled, null);
    filled += read;
    ended = read === 0;
  }
  for (let at = 0; at < filled;) {
    const from = (bytes + at) % block.length;
    const length = Math.min(filled - at, block.length - from);
    if (Buffer.compare(buffer.subarray(at, at + length), block.subarray(from, from + length)) !== 0) {
      let byte = 0;
      while (buffer[at + byte] === block[from + byte]) byte++;
      console.error(
        `The output differs at byte ${bytes + at + byte}: expected ${block[from + byte]}, found ${buffer[at + byte]}`,
      );
      globalThis.process.exit(1);
    }
    at += length;
  }
  found.update(buffer.subarray(0, filled));
  bytes += filled;
}

const expected = createHash("sha256");
for (let left = Number(count); left > 0; left--) expected.update(block);
const result = { bytes, expectedBytes: block.length * Number(count) };
console.log(JSON.stringify({ ...result, sha256: found.digest("hex"), expectedSha256: expected.digest("hex") }));
