import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { DatabaseEngine } from "../database-engine.ts";

export function getDatabaseStats(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "get_database_stats",
    title: "Measure the database",
    description: "Gives how large the tables of the tenant are, as the engine counts its own pages.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      engine: z.string(),
      version: z.string(),
      size_bytes: z.int().min(0).describe("SQLite: the file of the tenant. PostgreSQL: the tables, with the rows of all tenants"),
      tables: z.array(
        z.object({
          name: z.string(),
          rows: z.int().min(0).describe("Of the tenant"),
          bytes: z.int().min(0).optional().describe("With its indexes"),
        }),
      ),
      facts: z.record(z.string(), z.json()),
    }),
    run: async (_, { tenant, signal }) => structuredClone(await engine.stats({ tenant, signal })) as never,
  });
}
