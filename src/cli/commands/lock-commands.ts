import type { Command } from "commander";
import type { CommonOptions } from "../command-context.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti servers lock` and `tutti servers diff`. Actions are loaded when they run. */
export function addLockCommands(servers: Command, perform: Perform): void {
  withCommonOptions(servers.command("lock").summary("write down what the tools of workflows are like now"))
    .description(
      "Write into tutti.lock, beside the configuration, what the tools that these workflows use take, give and may do.\n" +
        "Without files: all workflows that are in it, anew. With --frozen, nothing runs with tools that are not as they were locked.",
    )
    .argument("[file...]", "workflows, YAML or JSON")
    .addHelpText("after", examples("tutti servers lock order.yaml", "tutti servers lock flows/*.yaml", "tutti servers lock"))
    .action((files: readonly string[], options: CommonOptions) =>
      perform(
        () => import("../actions/lock.ts"),
        (actions, context) => actions.lock(context, files, options),
        options,
      ),
    );
  withCommonOptions(servers.command("diff").summary("show how tools differ from tutti.lock, and which workflows break"))
    .description(
      "Ask the servers for the tools in tutti.lock, show what has changed and whom that breaks, and plan the workflows with them.\n" +
        "Exits with 0 when nothing has changed, 1 when something has and no workflow breaks, 65 when one breaks.",
    )
    .argument("[file...]", "only these workflows and their tools")
    .addHelpText(
      "after",
      examples("tutti servers diff", "tutti servers diff order.yaml --json | jq '.tools[] | select(.status != \"same\")'"),
    )
    .action((files: readonly string[], options: CommonOptions) =>
      perform(
        () => import("../actions/lock.ts"),
        (actions, context) => actions.diff(context, files, options),
        options,
      ),
    );
}
