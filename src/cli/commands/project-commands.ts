import type { Command } from "commander";
import type { DoctorOptions } from "../actions/doctor.ts";
import type { InitOptions } from "../actions/init.ts";
import { collect, examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds the commands that begin a project, and that look at one. */
export function addProjectCommands(program: Command, perform: Perform): void {
  addInit(program, perform);
  addDoctor(program, perform);
}

function addDoctor(program: Command, perform: Perform): void {
  withCommonOptions(program.command("doctor").summary("find everything that is wrong here"))
    .description(
      "Look at the configuration, the data directory, ports, servers, secrets and keys, and tell what is wrong and\n" +
        "what to do about it. Nothing is changed; servers are started and ended again. Exits with 1 when something is bad.",
    )
    .option("--no-servers", "start no servers")
    .addHelpText("after", examples("tutti doctor", "tutti doctor --no-servers --json"))
    .action((options: DoctorOptions) =>
      perform(
        () => import("../actions/doctor.ts"),
        (actions, context) => actions.doctor(context, options),
        options,
      ),
    );
}

function addInit(program: Command, perform: Perform): void {
  program
    .command("init")
    .summary("begin a project: tutti.yaml, a workflow, and servers that other programs have")
    .description(
      "Make tutti.yaml, a first workflow and a .gitignore in a folder. What is there already is never changed.\n" +
        "Servers of other programs can be taken over; secrets among them are not: a variable of the\n" +
        "environment stands in their place, and all of them are listed.",
    )
    .argument("[dir]", "the folder (default: this one)")
    .option(
      "--from <source>",
      "take over servers: claude-desktop, vscode, cursor, claude-code, or a file; none for none; may be repeated",
      collect,
      [],
    )
    .option("-y, --yes", "ask nothing: take over all servers that are found")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", examples("tutti init", "tutti init flows --from claude-desktop", "tutti init --from .vscode/mcp.json"))
    .action((directory: string | undefined, options: InitOptions) =>
      perform(
        () => import("../actions/init.ts"),
        (actions, context) => actions.init(context, directory, options),
        options,
      ),
    );
}
