import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { DatabaseEngine } from "../database-engine.ts";
import { PARAMS, QUERY } from "./query-arguments.ts";

export function getQueryPlan(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "get_query_plan",
    title: "Explain a statement",
    description: "Gives how the database would run a statement, as the engine itself plans it. Runs nothing.",
    effect: "reads",
    input: z.strictObject({
      query: QUERY.describe("One SQL statement"),
      params: PARAMS.describe("Values for its places; PostgreSQL needs them to plan, SQLite does not"),
    }),
    output: z.object({
      plan: z.array(
        z.object({
          operation: z.string().describe("Such as SCAN, SEARCH, Hash Join"),
          table: z.string().optional(),
          estimated_rows: z.number().min(0).optional().describe("As far as the engine knows"),
          estimated_cost: z.number().min(0).optional().describe("PostgreSQL only, in its own unit"),
          description: z.string(),
          level: z.int().min(0).describe("Depth in the tree of the plan"),
        }),
      ),
    }),
    run: async ({ query, params }, { tenant, signal }) => ({
      plan: [...(await engine.plan({ tenant, signal }, { query, params, rowsMax: 1 }))],
    }),
  });
}
