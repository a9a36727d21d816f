import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import { refuse } from "../../kit/reference-server.ts";
import type { DatabaseEngine } from "../database-engine.ts";

export function listTables(engine: DatabaseEngine): ToolPlan {
  return defineTool({
    name: "list_tables",
    title: "List the tables",
    description: "Gives the tables and views that the tenant can query.",
    effect: "reads",
    input: z.strictObject({ database: z.string().max(100).default("main").describe("There is one, called main") }),
    output: z.object({
      database: z.string(),
      tables: z.array(z.object({ name: z.string(), type: z.enum(["table", "view", "virtual"]), columns: z.int().min(0) })),
    }),
    run: async ({ database }, { tenant, signal }) => {
      if (database !== "main") throw refuse(`there is no database "${database}": it is called "main"`);
      return { database, tables: [...(await engine.listTables({ tenant, signal }))] };
    },
  });
}
