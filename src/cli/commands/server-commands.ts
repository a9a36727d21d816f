import type { Command } from "commander";
import type { CommonOptions } from "../command-context.ts";
import { addLockCommands } from "./lock-commands.ts";
import { addLoginCommands } from "./login-commands.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti servers ...` and `tutti health`. Actions are loaded when they run. */
export function addServerCommands(program: Command, perform: Perform): void {
  const servers = program
    .command("servers")
    .summary("look at the configured MCP servers")
    .description("Look at the configured MCP servers.")
    .addHelpText("after", examples("tutti servers list", "tutti servers check", "tutti servers tools files"));
  addList(servers, perform);
  addHealth(program, perform);
  addMatrix(servers, perform);
  addLockCommands(servers, perform);
  addLoginCommands(servers, perform);
  withCommonOptions(servers.command("check").summary("start or reach servers, and tell whether they answer"))
    .description("Start or reach servers, side by side, and tell whether they answer. Exits with 69 when one does not.")
    .argument("[name...]", "only these")
    .addHelpText("after", examples("tutti servers check", "tutti servers check files memory"))
    .action((names: readonly string[], options: CommonOptions) =>
      perform(
        () => import("../actions/servers.ts"),
        (actions, context) => actions.check(context, names, options),
        options,
      ),
    );
  withCommonOptions(servers.command("tools").summary("list tools, and what a call of each may do"))
    .description("List the tools of a server, or of all, and what a call of each may do.")
    .argument("[name]", "only of this server")
    .addHelpText("after", examples("tutti servers tools", "tutti servers tools files --json | jq '.tools[0].input_schema'"))
    .action((name: string | undefined, options: CommonOptions) =>
      perform(
        () => import("../actions/servers.ts"),
        (actions, context) => actions.tools(context, name, options),
        options,
      ),
    );
}

function addHealth(program: Command, perform: Perform): void {
  withCommonOptions(program.command("health").summary("ask servers how they are doing, and what could be done"))
    .description(
      [
        "Ask servers with all their replicas, side by side, how they are doing, and say what could be done.",
        "One that does not answer is asked up to three times, 500 ms apart. Exits with 0 when all are healthy, 1 (degraded) while none fails and four out of five are healthy, 3 (unreachable) when all fail, 2 (unhealthy) for whatever is between, and 4 when nothing could be found out.",
      ].join("\n"),
    )
    .argument("[name...]", "only these")
    .addHelpText("after", examples("tutti health", "tutti health files --json | jq -r '.servers[].recommendations[]'"))
    .action((names: readonly string[], options: CommonOptions) =>
      perform(
        () => import("../actions/health.ts"),
        (actions, context) => actions.health(context, names, options),
        options,
      ),
    );
}

function addList(servers: Command, perform: Perform): void {
  withCommonOptions(servers.command("list").summary("list the configured servers, without starting any"))
    .description("List the configured servers, without starting any.")
    .option("--stats", "what the process that owns the data directory has measured of them")
    .addHelpText("after", examples("tutti servers list", "tutti servers list --stats", "tutti servers list --config ~/.cursor/mcp.json"))
    .action(({ stats = false, ...options }: CommonOptions & { readonly stats?: boolean }) =>
      stats
        ? perform(
            () => import("../actions/server-stats.ts"),
            (actions, context) => actions.stats(context, options),
            options,
          )
        : perform(
            () => import("../actions/servers.ts"),
            (actions, context) => actions.list(context, options),
            options,
          ),
    );
}

function addMatrix(servers: Command, perform: Perform): void {
  withCommonOptions(servers.command("matrix").summary("tell what can be done with all servers together"))
    .description(
      [
        "Tell how many tools all servers have together, and which of them must be used before which.",
        "With a workflow also how much of it can run side by side, and how long it takes at best, probably and at worst.",
      ].join("\n"),
    )
    .argument("[workflow]", "a workflow file")
    .addHelpText("after", examples("tutti servers matrix", "tutti servers matrix order.yaml --json"))
    .action((workflow: string | undefined, options: CommonOptions) =>
      perform(
        () => import("../actions/matrix.ts"),
        (actions, context) => actions.matrix(context, workflow, options),
        options,
      ),
    );
}
