import type { Command } from "commander";
import type { ServeOptions } from "../actions/serve.ts";
import { toolsOption } from "./mcp-command.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti serve`. */
export function addServeCommand(program: Command, perform: Perform): void {
  withCommonOptions(program.command("serve").summary("drive executions until told to end"))
    .description(
      "Own the data directory until told to end (Ctrl-C, SIGTERM): take up what was interrupted, and\n" +
        "carry out what other 'tutti' commands start there. Answers at a port of this machine:\n" +
        "MCP at /mcp (HTTP) and /ws (WebSocket), the same operations below /api/v1, /llms.txt for models,\n" +
        "GET /metrics (for Prometheus), GET or POST /health, GET /live. The log goes to stderr, one JSON\n" +
        "object on each line; TUTTI_LOG_LEVEL or LOG_LEVEL says how much of it (default: info).",
    )
    .option("--port <number>", "the port; 0 takes any that is free (default: as configured, else 8113)")
    .option("--host <address>", "an address of this machine (default: as configured, else 127.0.0.1)")
    .addOption(toolsOption())
    .addHelpText("after", examples("tutti serve", "tutti serve --port 0 --json", "curl -s http://127.0.0.1:8113/metrics"))
    .action((options: ServeOptions) =>
      perform(
        () => import("../actions/serve.ts"),
        (actions, context) => actions.serve(context, options),
        options,
      ),
    );
}
