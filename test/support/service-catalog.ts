import * as z from "zod";
import type { Service } from "../../examples/sqlite-service/service.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { Catalog, Tool } from "../../src/model/tool.ts";

/** What the planner is told of services that are called within the process, as their servers would say it. */
export function serviceCatalog(services: Readonly<Record<string, Service>>): Catalog {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      { name, tools: service.tools.map(toolOf), honoursIdempotencyKey: true, effects: {}, requires: {} },
    ]),
  );
}

function toolOf({ name, effect, input, output }: Service["tools"][number]): Tool {
  return {
    name,
    inputSchema: z.toJSONSchema(input, { io: "input" }) as JsonObject,
    outputSchema: z.toJSONSchema(output, { io: "output" }) as JsonObject,
    annotations: { readOnlyHint: effect === "reads", idempotentHint: effect !== "changes" },
  };
}
