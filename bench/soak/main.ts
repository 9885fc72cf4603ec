/** `npm run soak`: the soak on each runtime, one after the other. CONTRIBUTING.md tells the options. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { buildPackage } from "../frame/build_package.ts";
import { benchFile, runtimeNames } from "../frame/runtimes.ts";
import { userEnvironment } from "../frame/user_environment.ts";

const { values } = parseArgs({
  options: {
    bare: { type: "boolean", default: false },
    "keep-code": { type: "boolean", default: false },
    interpreted: { type: "boolean", default: false },
    leak: { type: "string", default: "0" },
    minutes: { type: "string", default: "5" },
    runtime: { type: "string", multiple: true, default: [...runtimeNames] },
    samples: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

const minutes = Number(values.minutes);
const seed = Number(values.seed);
const leak = Number(values.leak);
const wanted = runtimeNames.filter((name) => values.runtime.includes(name));
if (!(minutes > 0) || !(leak >= 0) || !Number.isInteger(seed) || wanted.length !== new Set(values.runtime).size) {
  console.error(
    `Expected --minutes above 0, --leak of 0 or more, an integer --seed and --runtime ${runtimeNames.join(", ")}`,
  );
  process.exit(2);
}

buildPackage();

const flags = {
  node: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
  deno: [
    "run",
    "--allow-all",
    "--no-check",
    "--import-map",
    benchFile("frame/deno_imports.json"),
    "--v8-flags=--expose-gc",
  ],
  bun: ["run"],
} as const;

const env = { ...userEnvironment(), ...(values.interpreted && { BUN_JSC_useJIT: "0" }) };

let failed = 0;
for (const name of wanted) {
  const dropsCode = name === "bun" && !values["keep-code"];
  const kind = (values.bare ? ", bare" : "") + (values.interpreted ? ", Bun without its compilers" : "") +
    (dropsCode ? ", its compiled code dropped every 10 seconds" : "");
  console.log(`${name}: ${minutes} minutes, seed ${seed}${kind}`);
  const program = benchFile(`soak/${values.bare ? "bare_program" : "program"}.ts`);
  const args = [...flags[name], program, String(minutes), String(seed), dropsCode ? "drop" : "keep", String(leak)];
  if (values.samples !== undefined) args.push(join(values.samples, `${name}.csv`));
  const child = spawn(benchFile(`../node_modules/.bin/${name}`), args, { stdio: "inherit", env });
  // What hangs beyond all deadlines of the program itself.
  const watchdog = setTimeout(() => child.kill("SIGKILL"), minutes * 60_000 + 900_000);
  const code = await new Promise((resolve) => child.on("exit", (status, signal) => resolve(status ?? signal)));
  clearTimeout(watchdog);
  if (values.bare && code === 0) continue;
  if (code === 0) console.log("  flat, and every result accounted for");
  else failed++;
  if (code !== 0 && code !== 1) console.log(`  PROBLEM ended with ${code}`);
}
console.log(`${wanted.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
