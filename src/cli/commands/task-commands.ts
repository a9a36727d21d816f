import { Option } from "commander";
import type { Command } from "commander";
import type { DistributeOptions } from "../actions/tasks.ts";
import type { CommonOptions } from "../command-context.ts";
import { collect, examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti tasks ...` and `tutti machines ...`. Actions are loaded when they run. */
export function addTaskCommands(program: Command, perform: Perform): void {
  const tasks = program
    .command("tasks")
    .summary("send tasks to machines, and see what came of them")
    .description("Send tasks to machines of the cluster, and see what came of them.")
    .addHelpText(
      "after",
      examples("tutti tasks distribute analyser analyse path=src --on gpu-1,gpu-2", "tutti tasks results 0193f2c7-89ab"),
    );
  addDistribute(tasks, perform);
  withCommonOptions(tasks.command("status").summary("tell how a task is, or all tasks of a group"))
    .description("Tell how a task is, or all tasks of a group, machine by machine.")
    .argument("<id>", "of a task, or of a group")
    .addHelpText("after", examples("tutti tasks status 0193f2c7-89ab-7cde-8f01-23456789abcd.1"))
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/tasks.ts"),
        (actions, context) => actions.status(context, id, options),
        options,
      ),
    );
  withCommonOptions(tasks.command("results").summary("give the results of all tasks of a group"))
    .description("Give the results of all tasks of a group. Exits with 1 when one has failed, and 3 when one is in doubt.")
    .argument("<group>", "the id of the group")
    .addHelpText("after", examples("tutti tasks results 0193f2c7-89ab --json | jq '.results[].result'"))
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/tasks.ts"),
        (actions, context) => actions.results(context, id, options),
        options,
      ),
    );
  addMachines(program, perform);
}

function addDistribute(tasks: Command, perform: Perform): void {
  withCommonOptions(tasks.command("distribute").summary("send a task to machines"))
    .description(
      [
        "Send a task to machines, one task for each, and wait for the results. Without --on the best machine is chosen.",
        "Exits with 1 when a task has failed, and 3 when one is in doubt.",
      ].join("\n"),
    )
    .argument("<service>", "the MCP server that does it")
    .argument("<type>", "the tool, or a type of task of the configuration")
    .argument("[key=value...]", "arguments, as JSON or as text")
    .option("--on <machines>", 'names of machines; "local" is this one; may be given several times', collect, [])
    .addOption(new Option("--strategy <name>", "in which order").choices(["parallel", "sequential", "conditional"]))
    .option("--condition <cel>", "the next machine only while this holds: over previous and results")
    .option("--priority <number>", "which waiting task goes first, 10 before 1 (default: 5)")
    .addOption(new Option("--effect <effect>", "what the call may do").choices(["read", "idempotent", "once"]))
    .option("--timeout <duration>", "how long one attempt may take")
    .option("--payload <json>", "arguments as one JSON object")
    .option("--request-key <key>", "the same key never starts a second group")
    .option("--no-wait", "do not wait for the results")
    .addHelpText(
      "after",
      examples(
        "tutti tasks distribute analyser analyse path=src --on gpu-1,gpu-2",
        "tutti tasks distribute builder build --on a,b --strategy conditional --condition 'previous.result.ok'",
      ),
    )
    .action((serviceName: string, taskType: string, pairs: readonly string[], options: DistributeOptions) =>
      perform(
        () => import("../actions/tasks.ts"),
        (actions, context) => actions.distribute(context, { serviceName, taskType, pairs }, options),
        options,
      ),
    );
}

function addMachines(program: Command, perform: Perform): void {
  const machines = program
    .command("machines")
    .summary("look at the machines of the cluster")
    .description('Look at the machines of the cluster. "tutti machine" makes this one join.')
    .addHelpText("after", examples("tutti machines list", "tutti machines show gpu-1"));
  withCommonOptions(machines.command("list").summary("list machines, with their servers and how busy they are"))
    .description('List machines, with their servers and how busy they are. This one is "local".')
    .addHelpText("after", examples("tutti machines list"))
    .action((options: CommonOptions) =>
      perform(
        () => import("../actions/machines.ts"),
        (actions, context) => actions.list(context, options),
        options,
      ),
    );
  withCommonOptions(machines.command("show").summary("tell about one machine"))
    .description("Tell about one machine: what it has, how busy it is, and when it was last heard of.")
    .argument("<name>", "of the machine")
    .addHelpText("after", examples("tutti machines show gpu-1"))
    .action((name: string, options: CommonOptions) =>
      perform(
        () => import("../actions/machines.ts"),
        (actions, context) => actions.show(context, name, options),
        options,
      ),
    );
}
