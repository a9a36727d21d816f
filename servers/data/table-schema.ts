import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import type { QueryService } from "./query-service.ts";
import { columnsOutput } from "./rows-output.ts";

/** `table_schema`: the tables of the tenant, their columns, and how many rows there are. */
export function tableSchema(service: QueryService): ToolPlan {
  return defineTool({
    name: "table_schema",
    title: "What tables there are",
    description:
      "Tells which tables can be queried, with their columns, types and numbers of rows. Call it before sql_query and analytics_query.",
    effect: "reads",
    input: z.strictObject({ table: z.string().min(1).max(63).optional().describe("Only this one. Default: all") }),
    output: z.object({
      tables: z.array(
        z.object({
          name: z.string(),
          columns: columnsOutput,
          row_count: z.int(),
          problem: z.string().optional().describe("Why it cannot be read now"),
        }),
      ),
    }),
    run: async ({ table }, scope) => {
      const tables = await service.describe(table, scope);
      return { tables: tables.map(({ columns, ...rest }) => ({ ...rest, columns: [...columns] })) };
    },
  });
}
