import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { AGGREGATES, analyticsSql, OPERATORS, PERIODS } from "./analytics-sql.ts";
import type { QueryService } from "./query-service.ts";
import { columnsOutput, rowObjects, rowsOutput } from "./rows-output.ts";

const LIMIT_MAX = 10_000;
const scalar = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
const name = z.string().min(1).max(200);

const measure = z.strictObject({
  aggregate: z.enum(AGGREGATES).describe("What is computed; p90 to p99 are percentiles"),
  column: name.optional().describe("Of which column. Only count can do without: it counts rows then"),
  as: name.optional().describe("Name in the answer. Default: aggregate_column"),
});

const grouping = z.union([
  name,
  z.strictObject({
    column: name.describe("A column with dates or times"),
    by: z.enum(PERIODS).describe("Groups by the period in which they are"),
    as: name.optional().describe("Name in the answer. Default: that of the period"),
  }),
]);

const filter = z.strictObject({
  column: name.describe("Which column"),
  op: z.enum(OPERATORS).describe("How it is compared"),
  value: z
    .union([scalar, z.array(scalar).max(1_000)])
    .optional()
    .describe("With what; a list for in, not_in and between"),
});

const ordering = z.strictObject({
  by: name.describe("A column of the answer"),
  direction: z.enum(["ascending", "descending"]).default("ascending").describe("Which end comes first"),
});

/** `analytics_query`: figures of a table, for callers that write no SQL. */
export function analyticsQuery(service: QueryService): ToolPlan {
  return defineTool({
    name: "analytics_query",
    title: "Figures of a table",
    description:
      "Computes sums, means, percentiles and counts of a table, in groups and with filters, without SQL. Gives the statement that it has run too.",
    effect: "reads",
    input: z.strictObject({
      table: z.string().min(1).max(63).describe("A table of table_schema"),
      measures: z.array(measure).min(1).max(50).describe("What is computed"),
      group_by: z.array(grouping).max(20).default([]).describe("Columns, or dates by a period. Default: one row over all"),
      filters: z.array(filter).max(50).default([]).describe("Rows must fulfil all of them"),
      order_by: z.array(ordering).max(20).default([]).describe("In which order the rows come"),
      limit: z.int().min(1).max(LIMIT_MAX).default(1_000).describe("So many rows are given; all of them are counted"),
    }),
    output: z.object({ columns: columnsOutput, rows: rowsOutput, row_count: z.int(), truncated: z.boolean(), sql: z.string() }),
    run: async ({ table, measures, group_by: groupBy, filters, order_by: orderBy, limit }, scope) => {
      const { columns: known } = await service.table(table, scope);
      const { sql, parameters } = analyticsSql({ table, measures, groupBy, filters, orderBy }, known);
      const found = await service.rows({ sql, parameters }, limit, scope);
      const { columns, rowCount, truncated } = found;
      return { columns: [...columns], rows: rowObjects(found), row_count: rowCount, truncated, sql };
    },
  });
}
