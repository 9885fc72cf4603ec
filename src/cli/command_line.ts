import { Command, CommanderError } from "commander";
import { addKernelCommand, type KernelArguments } from "./kernel_arguments.ts";
import { addLowerCommand, type LowerArguments } from "./lower_arguments.ts";
import { addMapCommand, type MapArguments } from "./map_arguments.ts";
import { VERSION } from "./version.ts";

/** What the command line asks for. */
export type CommandArguments =
  | LowerArguments
  | MapArguments
  | KernelArguments
  | { readonly command: "doctor" }
  | { readonly command: "print"; readonly text: string }
  | { readonly command: "usage-error"; readonly message: string };

type Take = (args: CommandArguments) => void;

const commands = new Map<string, (program: Command, take: Take) => void>([
  ["lower", addLowerCommand],
  ["map", addMapCommand],
  ["kernel", addKernelCommand],
  ["doctor", addDoctorCommand],
]);

function addDoctorCommand(program: Command, take: Take): void {
  program.command("doctor")
    .description("Show what this runtime can do, and where it cannot, why")
    .action(() => take({ command: "doctor" }));
}

/** Reads the arguments of the command. Touches nothing but them. */
export function readCommandLine(args: readonly string[]): CommandArguments {
  let result: CommandArguments | undefined;
  let printed = "";
  let complaint = "";
  const program = new Command("manyhands")
    .description("Work on text with all cores, in flat memory")
    .version(VERSION, "-V, --version", "show the version")
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed += text, writeErr: (text) => complaint += text })
    .helpCommand(false);
  // All flags of all commands take milliseconds to describe.
  const named = commands.get(args[0] ?? "");
  for (const add of named === undefined ? commands.values() : [named]) add(program, (args) => result = args);
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: "print", text: printed.trimEnd() };
    // Without a command commander shows the help as a complaint.
    return { command: "usage-error", message: complaint.trimEnd() || error.message };
  }
  return result ?? { command: "usage-error", message: complaint.trimEnd() };
}
