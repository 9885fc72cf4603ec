import { Command, CommanderError } from "commander";
import { addKernelCommand, type KernelArguments } from "./kernel_arguments.ts";
import { addLowerCommand, type LowerArguments } from "./lower_arguments.ts";
import { addMapCommand, type MapArguments } from "./map_arguments.ts";

/** What the command line asks for. */
export type CommandArguments =
  | LowerArguments
  | MapArguments
  | KernelArguments
  | { readonly command: "doctor" }
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "usage-error"; readonly message: string };

/** Reads the arguments of the command. Touches nothing but them. */
export function readCommandLine(args: readonly string[]): CommandArguments {
  let result: CommandArguments | undefined;
  let printed = "";
  let complaint = "";
  const program = new Command("manyhands")
    .description("Work on text with all cores, in flat memory")
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed += text, writeErr: (text) => complaint += text })
    .helpCommand(false);
  addLowerCommand(program, (args) => result = args);
  addMapCommand(program, (args) => result = args);
  addKernelCommand(program, (args) => result = args);
  program.command("doctor")
    .description("Show what this runtime can do, and where it cannot, why")
    .action(() => {
      result = { command: "doctor" };
    });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { command: "help", text: printed.trimEnd() };
    // Without a command commander shows the help as a complaint.
    return { command: "usage-error", message: complaint.trimEnd() || error.message };
  }
  return result ?? { command: "usage-error", message: complaint.trimEnd() };
}
