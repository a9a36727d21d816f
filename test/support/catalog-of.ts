import type { JsonObject } from "../../src/base/json.ts";
import type { Catalog, ServerCatalog, Tool } from "../../src/model/tool.ts";

/** What a test says of a server; all else has the value that means nothing. */
export type ServerFacts = Partial<Omit<ServerCatalog, "name" | "tools">> & { readonly tools: Readonly<Record<string, ToolFacts>> };

export type ToolFacts = Partial<Omit<Tool, "name">>;

/** A catalog of servers by name. A tool of which no schema is given takes anything. */
export function catalogOf(servers: Readonly<Record<string, ServerFacts>>): Catalog {
  return Object.fromEntries(
    Object.entries(servers).map(([name, { tools, ...facts }]) => [
      name,
      { name, honoursIdempotencyKey: false, effects: {}, requires: {}, ...facts, tools: Object.entries(tools).map(toolOf) },
    ]),
  );
}

/** A schema of an object that has these properties, all required, and no others. */
export function closed(properties: JsonObject): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function toolOf([name, facts]: readonly [string, ToolFacts]): Tool {
  return { name, inputSchema: { type: "object" }, ...facts };
}
