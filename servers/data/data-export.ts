import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { exchangedFile, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { TABLE_NAME } from "./data-files.ts";
import type { QueryService } from "./query-service.ts";
import { queryInput, SQL_CHARACTERS_MAX } from "./sql-query.ts";

/** `data_export`: a table or what a query gives, as a file of the exchange. */
export function dataExport(service: QueryService): ToolPlan {
  return defineTool({
    name: "data_export",
    title: "Export to a file",
    description: "Writes a whole table, or all rows of a query, to a file of the exchange, as Parquet, CSV with a header, or a JSON array.",
    effect: "repeatable",
    input: z.strictObject({
      query: z.string().min(1).max(SQL_CHARACTERS_MAX).optional().describe("One statement that reads; this or table"),
      table: z.string().regex(TABLE_NAME).optional().describe("A table of table_schema; this or query"),
      ...queryInput,
      format: z.enum(["parquet", "csv", "json"]).describe("How it is written, whatever the name of the file is"),
      file: exchangeName.describe("Name in the exchange. What is there is replaced"),
    }),
    output: exchangedFile.extend({ row_count: z.int() }),
    run: async ({ query, table, params, tables, format, file }, scope) => {
      if ((query === undefined) === (table === undefined)) throw refuse("either query or table is wanted, and one of them only");
      const sql = query ?? `SELECT * FROM "${table}"`;
      const asked = { sql, ...(params === undefined ? {} : { parameters: params }), ...(tables === undefined ? {} : { files: tables }) };
      return await service.file(asked, { file, format }, scope);
    },
  });
}
