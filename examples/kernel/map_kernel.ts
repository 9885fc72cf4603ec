/**
 * Rotates the letters of texts by 13, and makes texts fit for HTML, with kernels of one's own: text.wat beside this.
 *
 * node examples/kernel/map_kernel.ts rot13 examples/corpus rotated
 * node examples/kernel/map_kernel.ts escape examples/corpus/mixed.txt mixed.html.txt
 *
 * The command does the same:
 *
 * manyhands kernel examples/kernel/text.wasm#rot13 examples/corpus --output rotated
 * manyhands kernel examples/kernel/text.wasm#escape_html --growth 5 examples/corpus --output escaped
 */
import process from "node:process";
import { isMainProcess, registerKernel } from "../../mod.ts";
import { mapKernel } from "../../src/text/mod.ts";

const wasm = new URL("./text.wasm", import.meta.url);
const kernels = {
  rot13: registerKernel(import.meta, wasm, { B: "rot13" }),
  escape: registerKernel(import.meta, wasm, { text: { export: "escape_html", growth: 5 } }),
};

if (isMainProcess) {
  const [name = "", input = "", output = ""] = process.argv.slice(2);
  const kernel = kernels[name as keyof typeof kernels];
  if (kernel === undefined || output === "") {
    console.error("usage: map_kernel.ts rot13|escape INPUT OUTPUT");
    process.exitCode = 2;
  } else {
    const report = await mapKernel({ kernel, input, output });
    console.log(`${report.files} files, ${report.bytesIn} bytes in, ${report.bytesOut} bytes out`);
    for (const { path, error } of report.failed) console.error(`${path}: ${error.message}`);
    if (report.failed.length > 0) process.exitCode = 1;
  }
}
