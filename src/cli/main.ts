#!/usr/bin/env node
/**
 * The command `manyhands`.
 * @module
 */
import { isMainProcess } from "../runtime/current.ts";
import { commandArguments, exit, printErrorLine, printLine } from "../runtime/terminal.ts";
import { readCommandLine } from "./command_line.ts";
import { doctorCommand } from "./doctor_command.ts";
import { ExitCode } from "./exit_code.ts";
import { lowerCommand } from "./lower_command.ts";

async function main(): Promise<number> {
  const args = readCommandLine(commandArguments());
  switch (args.command) {
    case "lower":
      return await lowerCommand(args);
    case "doctor":
      return await doctorCommand();
    case "help":
      await printLine(args.text);
      return ExitCode.done;
    case "usage-error":
      printErrorLine(args.message);
      return ExitCode.usage;
  }
}

// The program ends here whatever its threads are doing: nothing may linger after the last word.
if (isMainProcess) exit(await main());
