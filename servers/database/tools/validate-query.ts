import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { DatabaseEngine } from "../database-engine.ts";
import { QUERY } from "./query-arguments.ts";

export function validateQuery(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "validate_query",
    title: "Check a statement",
    description:
      "Tells whether execute_query would take a statement: its grammar, its tables and columns, and what is allowed. Runs nothing.",
    effect: "reads",
    input: z.strictObject({ query: QUERY.describe("One SQL statement") }),
    output: z.object({
      valid: z.boolean(),
      problem: z.string().optional().describe("Why it is not"),
      kind: z.string().describe("select, insert, update, delete, create, ..."),
    }),
    run: async ({ query }, { tenant, signal }) => await engine.validate({ tenant, signal }, query),
  });
}
