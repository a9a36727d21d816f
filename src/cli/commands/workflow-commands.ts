import type { Command } from "commander";
import type { CallOptions } from "../actions/call.ts";
import type { FmtOptions } from "../actions/fmt.ts";
import type { RunOptions } from "../actions/run.ts";
import type { SchemaOptions } from "../actions/schema.ts";
import type { ValidateOptions } from "../actions/validate.ts";
import type { CommonOptions } from "../command-context.ts";
import type { FrozenOptions } from "../locked-tools.ts";
import { collect, examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds the commands about workflow files, and `call`. Actions are loaded when they run. */
export function addWorkflowCommands(program: Command, perform: Perform): void {
  addRun(program, perform);
  addRequest(program, perform);
  addPlanAndValidate(program, perform);
  addFmtAndSchema(program, perform);
  addCall(program, perform);
}

function addRun(program: Command, perform: Perform): void {
  withCommonOptions(program.command("run").summary("run a workflow file, or a stored workflow, and wait for its end"))
    .description(
      "Run a workflow file. It survives a crash: what was interrupted is taken up again with 'tutti executions resume'.\n" +
        "Exits with 0 when it completed, 1 when it failed, 2 on partial success, 3 when only a person can move it on.",
    )
    .argument("<file>", "the workflow, YAML or JSON; or the id of a stored one, when there is no such file")
    .option("-p, --param <key=value>", "an input; JSON, unless the workflow wants text there", collect, [])
    .option("--params <file>", "a YAML or JSON file with inputs")
    .option("--frozen", "refuse when a tool is not as tutti.lock has it")
    .option("--detach", "print the id of the execution when its start is durable, and go on in the background")
    .addOption(program.createOption("--execution-id <id>").hideHelp())
    .addHelpText(
      "after",
      examples(
        "tutti run order.yaml -p order_id=A-17 -p amount=12.5",
        "tutti run order.yaml --params inputs.json --json | jq .output",
        "tutti run nightly.yaml --detach",
      ),
    )
    .action((file: string, options: RunOptions) =>
      perform(
        () => import("../actions/run-file-or-stored.ts"),
        (actions, context) => actions.runFileOrStored(context, file, options),
        options,
      ),
    );
}

function addRequest(program: Command, perform: Perform): void {
  withCommonOptions(program.command("request").summary("carry out what an envelope asks for, and print the answer"))
    .description(
      "Run the workflow that is configured for the operation of a request, and print the envelope that answers it.\n" +
        "A request that is sent twice, with the same request id, runs once. Exits as 'tutti run' does.",
    )
    .argument("<file>", "an envelope with a workflow request, JSON; - reads it from stdin")
    .option("--frozen", "refuse when a tool is not as tutti.lock has it")
    .addHelpText("after", examples("tutti request order.json", "tutti request - < order.json | jq .data.status"))
    .action((file: string, options: CommonOptions & FrozenOptions) =>
      perform(
        () => import("../actions/request.ts"),
        (actions, context) => actions.request(context, file, options),
        options,
      ),
    );
}

function addPlanAndValidate(program: Command, perform: Perform): void {
  withCommonOptions(program.command("plan").summary("show what a workflow would do, without running it"))
    .description("Show order, effects, what cannot be undone, the critical path and the estimated duration. Nothing is run.")
    .argument("<file>", "the workflow, YAML or JSON")
    .option("--frozen", "refuse when a tool is not as tutti.lock has it")
    .addHelpText("after", examples("tutti plan order.yaml", "tutti plan order.yaml --json | jq .plan.critical_path"))
    .action((file: string, options: CommonOptions & FrozenOptions) =>
      perform(
        () => import("../actions/plan.ts"),
        (actions, context) => actions.plan(context, file, options),
        options,
      ),
    );
  withCommonOptions(program.command("validate").summary("find everything that is wrong with workflow files"))
    .description(
      "Find everything that is wrong with workflow files at once, each problem as file:line:column.\n" +
        "With a configuration, the servers that they use are started, to check tools and arguments too.",
    )
    .argument("<file...>", "workflows, YAML or JSON")
    .option("--no-servers", "start nothing; tools and arguments are not checked")
    .addHelpText("after", examples("tutti validate order.yaml", "tutti validate --no-servers flows/*.yaml"))
    .action((files: readonly string[], options: ValidateOptions) =>
      perform(
        () => import("../actions/validate.ts"),
        (actions, context) => actions.validate(context, files, options),
        options,
      ),
    );
}

function addFmtAndSchema(program: Command, perform: Perform): void {
  program
    .command("fmt")
    .summary("print workflow files in their canonical form")
    .description("Print workflow files in their canonical form: usual order of keys, usual spelling of names and durations. Comments stay.")
    .argument("<file...>", "workflows, YAML or JSON")
    .option("--check", "print nothing; exit with 1 when a file is not in canonical form")
    .option("--write", "change the files in place")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", examples("tutti fmt order.yaml", "tutti fmt --check flows/*.yaml", "tutti fmt --write order.yaml"))
    .action((files: readonly string[], options: FmtOptions) =>
      perform(
        () => import("../actions/fmt.ts"),
        (actions, context) => actions.fmt(context, files, options),
        options,
      ),
    );
  program
    .command("schema")
    .summary("print the JSON Schema of workflow files or tutti.yaml, for editors")
    .description("Print the JSON Schema (draft 2020-12) of workflow files, or of tutti.yaml. Editors complete and check with it.")
    .option("--config", "of tutti.yaml, in place of workflow files")
    .addHelpText(
      "after",
      examples(
        "tutti schema > workflow.schema.json",
        "# yaml-language-server: $schema=workflow.schema.json",
        "tutti schema --config > tutti.schema.json",
      ),
    )
    .action((options: SchemaOptions) =>
      perform(
        () => import("../actions/schema.ts"),
        (actions, context) => actions.schema(context, options),
        {},
      ),
    );
}

function addCall(program: Command, perform: Perform): void {
  withCommonOptions(program.command("call").summary("use one tool of a server once"))
    .description("Use one tool once, outside any execution: nothing is journaled and nothing is repeated. Prints what it gave.")
    .argument("<server.tool>", "the tool")
    .argument("[key=value...]", "its arguments; JSON, unless the tool wants text there")
    .option("--json-input <json>", "its arguments as one JSON object")
    .option("--timeout <duration>", "how long to wait for the answer (default: 30s)")
    .addHelpText(
      "after",
      examples("tutti call files.read_text_file path=notes.md", `tutti call memory.search_nodes --json-input '{"query": "oven"}'`),
    )
    .action((name: string, pairs: readonly string[], options: CallOptions) =>
      perform(
        () => import("../actions/call.ts"),
        (actions, context) => actions.call(context, name, pairs, options),
        options,
      ),
    );
}
