import { McpServer } from "@modelcontextprotocol/server";
import { TASKS_EXTENSION } from "../../src/mcp-server/client-abilities.ts";
import type { ServingContext } from "../../src/mcp-server/serving.ts";
import { addContents } from "./fixture-contents.ts";
import { addInputs } from "./fixture-inputs.ts";
import { addQuestions } from "./fixture-questions.ts";
import { addReading } from "./fixture-reading.ts";
import { addTasks, refuseWithoutTasks } from "./fixture-tasks.ts";
import type { FixtureWorld } from "./fixture-world.ts";

/** What the protocol's own tests of servers want to find, to be served the way in which Tutti serves its own tools. */
export function createFixtureServer(world: FixtureWorld, context: ServingContext<{ key: string }>): McpServer {
  const lists = { listChanged: true };
  const server = new McpServer(
    { name: "tutti-conformance", version: "1.0.0" },
    {
      // Tools come with the first of them: with the others they would be answered before anybody could stand before them.
      capabilities: {
        ...(context.era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
        prompts: lists,
        resources: { ...lists, subscribe: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: (state, request) => world.sealed.verify(state, request) },
    },
  );
  refuseWithoutTasks(server);
  addContents(server, world);
  addQuestions(server);
  addInputs(server, world);
  addReading(server, context);
  if (context.era === "modern") addTasks(server, world.tasks);
  return server;
}
