import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";

/** Loads the module of a command's action, and runs the action, which gives the exit code. */
export type Perform = <Actions>(
  load: () => Promise<Actions>,
  action: (actions: Actions, context: CommandContext) => Promise<number>,
  options: { readonly json?: boolean },
) => Promise<void>;

/** The options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--config <file>", "tutti.yaml or mcp.json (default: looked for here, then beside the workflow)")
    .option("--data-dir <dir>", "where the journal is (default: .tutti)")
    .option("--json", "print one JSON document on stdout");
}

/** Lines that show how a command is used, below its help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
