import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 60_000;
const run = promisify(execFile);
const corpus = new URL("../../examples/corpus/", import.meta.url);

test("The corpus is what its script writes, on every runtime", { timeout }, async () => {
  const script = fileURLToPath(new URL("../../scripts/generate_corpus.ts", import.meta.url));
  const runArguments = "Deno" in globalThis ? ["run", "-A", "--no-check"] : [];
  await run(process.execPath, [...runArguments, script, "--check"]);
});

test("The corpus holds what makes lower-casing hard", { timeout }, async () => {
  const parts = {
    "greek/greek.txt": [/[Α-Ω]Σ[ .]/, /[α-ω]ς[ .]/, /ΣΣ|[Α-Ω]Σ[Α-Ω]/],
    "latin/turkish.txt": [/İ/, /I/, /ı/],
    "latin/german.txt": [/ẞ/, /ß/],
    "caucasus/georgian.txt": [/[\u1c90-\u1cba]/],
    "caucasus/armenian.txt": [/[Ա-Ֆ]{3}/],
    "cyrillic/russian.txt": [/[А-Я]{3}/, /Ё/],
    "emoji.txt": [/\u{1f468}\u200d/u, /[A-Z]{3}/],
  };
  for (const [path, patterns] of Object.entries(parts)) {
    const text = await readFile(new URL(path, corpus), "utf8");
    for (const pattern of patterns) assert.match(text, pattern, path);
  }
});
