import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { completedCommands, completionScript } from "../completion.ts";
import type { Shell } from "../completion.ts";

/** `tutti completion SHELL` */
export async function completion({ terminal }: CommandContext, program: Command, shell: Shell): Promise<number> {
  terminal.out.write(completionScript(shell, completedCommands(program)));
  return 0;
}
