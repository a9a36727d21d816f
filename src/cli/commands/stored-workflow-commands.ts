import type { Command } from "commander";
import type {
  ExecuteOptions,
  ExportOptions,
  ListWorkflowsOptions,
  ShowWorkflowOptions,
  StoreOptions,
  VersionsOptions,
} from "../actions/workflows.ts";
import { collect, examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

const ID = "the id of the workflow";
const REQUEST_KEY = ["--request-key <key>", "the same key is never carried out twice, also by another process"] as const;

/** Adds `tutti workflows ...` and `tutti export`. Actions are loaded when they run. */
export function addStoredWorkflowCommands(program: Command, perform: Perform): void {
  const workflows = program
    .command("workflows")
    .summary("keep workflows by their ids, and execute them")
    .description("Keep workflows by their ids, with all their versions, and execute them.")
    .addHelpText(
      "after",
      examples("tutti workflows create greet.yaml", "tutti workflows execute greet -p who=Ada", "tutti workflows list"),
    );
  addLooking(workflows, perform);
  addStoring(workflows, perform);
  addExecute(workflows, perform);
  addExport(program, perform);
}

function addLooking(workflows: Command, perform: Perform): void {
  withCommonOptions(workflows.command("list").summary("list the stored workflows"))
    .description("List the stored workflows in the order of their ids. The status is that of the newest execution, if there is one.")
    .addOption(
      workflows.createOption("--status <status>", "only these").choices(["draft", "active", "executing", "completed", "failed", "paused"]),
    )
    .option("--pattern <name>", "only those that follow this pattern")
    .option("--limit <number>", "at most so many", "100")
    .option("--cursor <cursor>", "go on where an earlier list ended")
    .addHelpText("after", examples("tutti workflows list", "tutti workflows list --status failed --json"))
    .action((options: ListWorkflowsOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.list(context, options),
        options,
      ),
    );
  withCommonOptions(workflows.command("show").summary("show a stored workflow"))
    .description("Show what a stored workflow does, who made it, and how its newest execution is. With --json the whole definition.")
    .argument("<id>", ID)
    .option("--workflow-version <number>", "an older version")
    .addHelpText("after", examples("tutti workflows show greet", "tutti workflows show greet --workflow-version 2 --json"))
    .action((id: string, options: ShowWorkflowOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.show(context, id, options),
        options,
      ),
    );
  withCommonOptions(workflows.command("versions").summary("list the versions of a workflow"))
    .description("List the versions of a stored workflow, newest first.")
    .argument("<id>", ID)
    .option("--limit <number>", "at most so many", "100")
    .addHelpText("after", examples("tutti workflows versions greet"))
    .action((id: string, options: VersionsOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.versions(context, id, options),
        options,
      ),
    );
}

function addStoring(workflows: Command, perform: Perform): void {
  withCommonOptions(workflows.command("create").summary("store a workflow under its id"))
    .description("Store a workflow under its id. It may have no steps yet: then it is a draft, and cannot be executed.")
    .argument("<file>", "the workflow, YAML or JSON")
    .option(...REQUEST_KEY)
    .addHelpText("after", examples("tutti workflows create greet.yaml"))
    .action((file: string, options: StoreOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.create(context, file, options),
        options,
      ),
    );
  withCommonOptions(workflows.command("update").summary("replace a stored workflow by a new version"))
    .description("Replace a stored workflow by a new version. Executions that have been started go on as they were.")
    .argument("<file>", "the workflow, YAML or JSON; its id says which one is meant")
    .option("--expected-version <number>", "refuse when it is of another version by now")
    .option(...REQUEST_KEY)
    .addHelpText("after", examples("tutti workflows update greet.yaml", "tutti workflows update greet.yaml --expected-version 3"))
    .action((file: string, options: StoreOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.update(context, file, options),
        options,
      ),
    );
  withCommonOptions(workflows.command("delete").summary("forget a workflow with all its versions"))
    .description("Forget a stored workflow with all its versions. Its executions stay, and go on to their end.")
    .argument("<id>", ID)
    .option(...REQUEST_KEY)
    .addHelpText("after", examples("tutti workflows delete greet"))
    .action((id: string, options: StoreOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.remove(context, id, options),
        options,
      ),
    );
}

function addExecute(workflows: Command, perform: Perform): void {
  withCommonOptions(workflows.command("execute").summary("execute a stored workflow and wait for its end"))
    .description("Execute a stored workflow as it is now, and wait for the end. Exits as 'tutti run' does.")
    .argument("<id>", ID)
    .option("-p, --param <key=value>", "an input; JSON, unless the workflow wants text there", collect, [])
    .option("--params <file>", "a YAML or JSON file with inputs")
    .option("--machine <name>", "a machine for the steps that name none; may be given several times", collect, [])
    .option(...REQUEST_KEY)
    .option("--detach", "print the id of the execution when its start is durable, and go on in the background")
    .addOption(workflows.createOption("--execution-id <id>").hideHelp())
    .addHelpText("after", examples("tutti workflows execute greet -p who=Ada", "tutti workflows execute nightly --detach"))
    .action((id: string, options: ExecuteOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.execute(context, id, options),
        options,
      ),
    );
}

function addExport(program: Command, perform: Perform): void {
  withCommonOptions(program.command("export").summary("print a stored workflow with its executions"))
    .description("Print the definition of a stored workflow and its newest executions, with the times of every step, as one file.")
    .argument("<id>", ID)
    .addOption(program.createOption("--format <format>", "of the file").choices(["json", "yaml", "csv"]).default("json"))
    .option("--executions <number>", "at most so many", "100")
    .addHelpText("after", examples("tutti export greet > greet.json", "tutti export greet --format csv > greet.csv"))
    .action((id: string, options: ExportOptions) =>
      perform(
        () => import("../actions/workflows.ts"),
        (actions, context) => actions.exportData(context, id, options),
        options,
      ),
    );
}
