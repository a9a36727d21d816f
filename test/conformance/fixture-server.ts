import { McpServer } from "@modelcontextprotocol/server";
import type { ServingContext } from "../../src/mcp-server/serving.ts";
import { addContents } from "./fixture-contents.ts";
import { addInputs } from "./fixture-inputs.ts";
import { addQuestions } from "./fixture-questions.ts";
import { addReading } from "./fixture-reading.ts";
import type { FixtureWorld } from "./fixture-world.ts";

/** What the protocol's own tests of servers want to find, to be served the way in which Tutti serves its own tools. */
export function createFixtureServer(world: FixtureWorld, context: ServingContext<{ key: string }>): McpServer {
  const lists = { listChanged: true };
  const server = new McpServer(
    { name: "tutti-conformance", version: "1.0.0" },
    {
      capabilities: { tools: lists, prompts: lists, resources: { ...lists, subscribe: true }, logging: {}, completions: {} },
      requestState: { verify: (state, request) => world.sealed.verify(state, request) },
    },
  );
  addContents(server, world);
  addQuestions(server);
  addInputs(server, world);
  addReading(server, context);
  return server;
}
