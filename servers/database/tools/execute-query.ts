import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { DatabaseEngine } from "../database-engine.ts";
import { PARAMS, QUERY, ROWS } from "./query-arguments.ts";

export function executeQuery(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "execute_query",
    title: "Run a statement",
    description:
      "Runs one SQL statement on the tables of the tenant, and gives the rows and what was changed. Values go into params: ? or $1 with a list, :name with an object.",
    effect: "changes",
    destructive: true,
    input: z.strictObject({
      query: QUERY.describe("One SQL statement"),
      params: PARAMS.describe("Values for the places in the statement; lists and objects are stored as JSON text"),
      max_rows: z.int().min(1).max(10_000).default(1_000).describe("Rows to give at most; fewer when they would be more than 768 KiB"),
    }),
    output: z.object({
      columns: z.array(z.string()).describe("Names, in order; a second column of one name is called name:2"),
      rows: ROWS.describe("The rows, by column"),
      row_count: z.int().min(0).describe("Rows that are given here"),
      execution_time_ms: z.number().min(0).describe("Time that the statement took"),
      inserted_id: z.union([z.int(), z.string()]).optional().describe("Number of the row that was inserted last"),
      changes: z.int().min(0).optional().describe("Rows that were inserted, updated or deleted"),
      truncated: z.boolean().describe("Whether there are more rows than are given here"),
    }),
    run: async ({ query, params, max_rows: rowsMax }, { tenant, signal, key }) => {
      const answer = await engine.execute({ tenant, signal }, { query, params, rowsMax, ...(key === undefined ? {} : { key }) });
      // A list that nobody changes is none for zod.
      return { ...answer, columns: [...answer.columns], rows: answer.rows as Record<string, z.core.util.JSONType>[] };
    },
  });
}
