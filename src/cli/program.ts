import { Command, CommanderError } from "commander";
import { addAuditCommands } from "./commands/audit-commands.ts";
import { addMcpCommand } from "./commands/mcp-command.ts";
import { addExecutionCommands } from "./commands/execution-commands.ts";
import { addPatternCommands } from "./commands/pattern-commands.ts";
import { examples } from "./commands/perform.ts";
import { addMachineCommand } from "./commands/machine-command.ts";
import type { Perform } from "./commands/perform.ts";
import { addProjectCommands } from "./commands/project-commands.ts";
import { addServeCommand } from "./commands/serve-command.ts";
import { addServerCommands } from "./commands/server-commands.ts";
import { addStoredWorkflowCommands } from "./commands/stored-workflow-commands.ts";
import { addTaskCommands } from "./commands/task-commands.ts";
import { addWorkflowCommands } from "./commands/workflow-commands.ts";
import type { Shell } from "./completion.ts";

/** The whole command with all that it knows; what it prints goes to `write`. */
export function buildProgram(
  version: string,
  perform: Perform,
  write: { readonly out: (text: string) => void; readonly err: (text: string) => void },
): Command {
  const program = new Command("tutti")
    .description("Run workflows across MCP servers, and never lose one.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show how it is used")
    .helpCommand("help [command]", "show how a command is used")
    .exitOverride()
    .configureOutput({ writeOut: write.out, writeErr: write.err })
    .configureHelp({ helpWidth: 100 })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      examples("tutti run order.yaml -p order_id=A-17", "tutti executions show 0193f2c7-89ab", "tutti help executions"),
    );
  addProjectCommands(program, perform);
  addWorkflowCommands(program, perform);
  addStoredWorkflowCommands(program, perform);
  addExecutionCommands(program, perform);
  addPatternCommands(program, perform);
  addServerCommands(program, perform);
  addServeCommand(program, perform);
  addMcpCommand(program, perform);
  addMachineCommand(program, perform);
  addTaskCommands(program, perform);
  addAuditCommands(program, perform);
  addCompletion(program, perform);
  inherit(program);
  return program;
}

function addCompletion(program: Command, perform: Perform): void {
  program
    .command("completion")
    .summary("print the script with which a shell completes commands")
    .description("Print the script with which a shell completes commands.")
    .addArgument(program.createArgument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", examples(`eval "$(tutti completion bash)"`, "tutti completion fish > ~/.config/fish/completions/tutti.fish"))
    .action((shell: Shell) =>
      perform(
        () => import("./actions/completion.ts"),
        (actions, context) => actions.completion(context, program, shell),
        {},
      ),
    );
}

/** Settings of the program that commands added to it do not all take over. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    child.helpOption("-h, --help", "show how it is used");
    if (child.commands.length > 0) child.helpCommand("help [command]", "show how a command is used");
    inherit(child);
  }
}

/** Whether the command line was not understood, or only asked for help; then the exit code, else undefined. */
export function usageExitCode(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 64;
}
