import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { DatabaseEngine } from "../database-engine.ts";

export function getTableSchema(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "get_table_schema",
    title: "Describe a table",
    description: "Gives the columns of a table, its keys and indexes, and how many rows the tenant has in it.",
    effect: "reads",
    input: z.strictObject({ table_name: z.string().min(1).max(200).describe("A table or view that list_tables gives") }),
    output: z.object({
      table_name: z.string(),
      type: z.enum(["table", "view", "virtual"]),
      columns: z.array(
        z.object({
          name: z.string(),
          type: z.string().describe("As the database calls it"),
          nullable: z.boolean(),
          default: z.string().optional().describe("The expression"),
          description: z.string().optional(),
        }),
      ),
      primary_key: z.array(z.string()),
      foreign_keys: z.array(
        z.object({ columns: z.array(z.string()), references_table: z.string(), references_columns: z.array(z.string()) }),
      ),
      indexes: z.array(z.object({ name: z.string(), columns: z.array(z.string()), unique: z.boolean() })),
      row_count: z.int().min(0),
    }),
    run: async ({ table_name: table }, { tenant, signal }) => structuredClone(await engine.tableSchema({ tenant, signal }, table)) as never,
  });
}
