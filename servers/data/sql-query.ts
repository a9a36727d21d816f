import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { formatOf } from "./data-files.ts";
import type { QueryService } from "./query-service.ts";
import { columnsOutput, rowObjects, rowsOutput } from "./rows-output.ts";

export const SQL_CHARACTERS_MAX = 100_000;
const PARAMETERS_MAX = 1_000;
const ROWS_MAX = 10_000;

const scalar = z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]);

/** The statement and what belongs to it, as both tools that take SQL have it. */
export const queryInput = {
  params: z
    .union([
      z.array(scalar).max(PARAMETERS_MAX),
      z.record(
        z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
          .max(63),
        scalar,
      ),
    ])
    .optional()
    .describe("Values for $1, $2 and so on, or an object with values for $name. Whole numbers beyond 2^53 and decimals as text"),
  tables: z
    .record(z.string().min(1).max(63), exchangeName)
    .refine((tables) => Object.keys(tables).length <= 20, "at most 20 files")
    .optional()
    .describe("Files of the exchange that are tables in this query, by the names that they have there: Parquet, CSV or JSON"),
};

/** `sql_query`: rows, or a file with all of them. */
export function sqlQuery(service: QueryService): ToolPlan {
  return defineTool({
    name: "sql_query",
    title: "Query with SQL",
    description:
      "Runs one SQL statement (DuckDB, close to PostgreSQL) that reads: SELECT, WITH, DESCRIBE, SUMMARIZE, EXPLAIN. Gives the first rows and " +
      "how many there are, or with `into` writes all of them to a file of the exchange. See table_schema for what is there.",
    effect: "repeatable",
    input: z.strictObject({
      query: z.string().min(1).max(SQL_CHARACTERS_MAX).describe("One statement that reads"),
      ...queryInput,
      max_rows: z.int().min(0).max(ROWS_MAX).default(1_000).describe("So many rows are given; all of them are counted"),
      into: exchangeName.optional().describe("Writes all rows to this file of the exchange instead: name.parquet, name.csv or name.json"),
    }),
    output: z.object({
      columns: columnsOutput,
      rows: rowsOutput,
      row_count: z.int().describe("Of all rows, also those that are not given"),
      truncated: z.boolean(),
      file: z.string().optional(),
      bytes: z.int().optional(),
      sha256: z.string().optional(),
      duration_ms: z.number(),
    }),
    run: async ({ query, params, tables, max_rows: rowsMax, into }, scope) => {
      const startedMs = performance.now();
      const asked = {
        sql: query,
        ...(params === undefined ? {} : { parameters: params }),
        ...(tables === undefined ? {} : { files: tables }),
      };
      const took = (): number => Math.round(performance.now() - startedMs);
      if (into === undefined) {
        const found = await service.rows(asked, rowsMax, scope);
        const { columns, rowCount, truncated } = found;
        return { columns: [...columns], rows: rowObjects(found), row_count: rowCount, truncated, duration_ms: took() };
      }
      const format = formatOf(into);
      if (format === undefined) throw refuse(`into is "${into}": a name that ends in .parquet, .csv or .json is wanted`);
      const written = await service.file(asked, { file: into, format }, scope);
      return { columns: [], rows: [], truncated: false, ...written, duration_ms: took() };
    },
  });
}
