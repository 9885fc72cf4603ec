// `npm start`: lower-cases the corpus of the repository; `npm start -- INPUT… --output OUT`: files of one's own.
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ensureInstalled, root } from "./ensure_installed.mjs";
import { lower } from "./lower.mjs";
import { main } from "./run_script.mjs";

await main(async () => {
  ensureInstalled();
  const args = process.argv.slice(2);
  if (args.length > 0) return await lower(args);
  const corpus = join(root, "examples/corpus");
  const output = join(root, "output");
  rmSync(output, { recursive: true, force: true });
  console.log(`Lower-casing the texts in ${corpus}`);
  await lower([corpus, "--output", output]);
  console.log(`The result is in ${output}`);
  console.log(
    "On files and folders of your own: npm start -- INPUT… --output OUT (npm start -- --help tells the options)",
  );
});
