import { CheckpointError, KernelError, OutputConflictError } from "../core/errors.ts";
import { compileKernel } from "../kernels/kernel_module.ts";
import { openTextKernel, type TextKernel, textKernel } from "../kernels/text_kernel.ts";
import { runtime } from "../runtime/current.ts";
import { moduleUrl } from "../runtime/module_url.ts";
import { readUrl } from "../runtime/read_url.ts";
import { printErrorLine } from "../runtime/terminal.ts";
import { mapTextKernel } from "../text/map_kernel.ts";
import { ExitCode } from "./exit_code.ts";
import type { KernelArguments } from "./kernel_arguments.ts";
import { reportText } from "./report_lines.ts";
import { textCommand, textOptions } from "./text_command.ts";

/** Runs `manyhands kernel`; resolves with the exit code. */
export async function kernelCommand(args: KernelArguments): Promise<number> {
  runtime.keepHeapSmall();
  let kernel: TextKernel;
  try {
    kernel = kernelOf(args);
  } catch (error) {
    printErrorLine(`manyhands: Cannot use ${args.module}#${args.export}: ${(error as Error).message}`);
    return ExitCode.usage;
  }
  return await textCommand(args, {
    run: (display, signal) => mapTextKernel(kernel, textOptions(args, display, signal), args.timeout),
    reportText: (report) => reportText(report, "Mapped"),
    isDone: (report) => report.filesFailed === 0,
    isUsage: (error) => error instanceof OutputConflictError || error instanceof CheckpointError,
    isResumable: (error) => error instanceof KernelError,
  });
}

function kernelOf({ module, export: name, cut, growth }: KernelArguments): TextKernel {
  const bytes = readUrl(moduleUrl(module));
  const kernel = textKernel(compileKernel(bytes), bytes, { export: name, cut, growth });
  openTextKernel(kernel);
  return kernel;
}
