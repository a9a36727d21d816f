import { Option } from "commander";
import type { Command } from "commander";
import type { McpOptions } from "../actions/mcp.ts";
import { examples } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti mcp`. */
export function addMcpCommand(program: Command, perform: Perform): void {
  program
    .command("mcp")
    .summary("serve MCP over stdin and stdout, for a desktop client")
    .description(
      "Serve MCP over stdin and stdout, for a client that starts its servers itself (Claude, VS Code, Cursor).\n" +
        "Ends when the client closes stdin. Several clients and 'tutti serve' may share a data directory: one of\n" +
        "them drives all executions, and another goes on when it ends. The log goes to stderr; TUTTI_LOG_LEVEL\n" +
        "or LOG_LEVEL says how much of it (default: warn).",
    )
    .option("--config <file>", "tutti.yaml or mcp.json (default: looked for here)")
    .option("--data-dir <dir>", "where the journal is (default: .tutti)")
    .addOption(toolsOption())
    .addHelpText("after", examples("tutti mcp", "tutti mcp --config ~/workflows/tutti.yaml --tools extended"))
    .action((options: McpOptions) =>
      perform(
        () => import("../actions/mcp.ts"),
        (actions, context) => actions.mcp(context, options),
        {},
      ),
    );
}

/** Which operations are tools; for everything that serves MCP. */
export function toolsOption(): Option {
  return new Option("--tools <set>", "the 14 documented tools, or also those for steering and looking deeper")
    .choices(["standard", "extended"])
    .default("standard");
}
