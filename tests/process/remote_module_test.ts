import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url);
const skip = "Deno" in globalThis ? false : "only Deno loads modules from a server";

/** Serves the files of this repository on loopback. */
function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      const body = await readFile(new URL(`.${path}`, root));
      const type = path.endsWith(".ts") ? "application/typescript" : "text/javascript";
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

test(
  "A module loaded from a server starts workers, hears of their loss, and its program ends by itself",
  { skip, timeout: 90_000 },
  async () => {
    const server = await serve();
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const packages = { "msgpackr/pack": `${origin}/node_modules/msgpackr/pack.js` };
      const importMap = `data:application/json,${encodeURIComponent(JSON.stringify({ imports: packages }))}`;
      const program = `${origin}/tests/process/fixtures/remote_program.ts`;
      const args = [
        "run",
        "--no-config",
        "--no-lock",
        "--reload",
        "-A",
        "--no-check",
        `--import-map=${importMap}`,
        program,
      ];
      const { stdout } = await run(process.execPath, args, { timeout: 60_000, cwd: "/" });
      assert.equal(stdout, "http: [2,4,6]\nlost with 7\n42\n");
    } finally {
      server.close();
    }
  },
);
