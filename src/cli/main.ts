#!/usr/bin/env node
/**
 * The command `manyhands`.
 * @module
 */
import { isMainProcess } from "../runtime/current.ts";
import { commandArguments, exit, printErrorLine, printLine } from "../runtime/terminal.ts";
import { readCommandLine } from "./command_line.ts";
import { ExitCode } from "./exit_code.ts";

// Each command loads what it needs and no more.
async function main(): Promise<number> {
  const args = readCommandLine(commandArguments());
  switch (args.command) {
    case "lower":
      return await (await import("./lower_command.ts")).lowerCommand(args);
    case "map":
      return await (await import("./map_command.ts")).mapCommand(args);
    case "kernel":
      return await (await import("./kernel_command.ts")).kernelCommand(args);
    case "doctor":
      return await (await import("./doctor_command.ts")).doctorCommand();
    case "print":
      await printLine(args.text);
      return ExitCode.done;
    case "usage-error":
      printErrorLine(args.message);
      return ExitCode.usage;
  }
}

// The program ends here whatever its threads are doing: nothing may linger after the last word.
if (isMainProcess) exit(await main());
