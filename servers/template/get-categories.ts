import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import type { TemplateCatalog } from "./template-catalog.ts";

export function getCategories(catalog: TemplateCatalog): ToolPlan {
  return defineTool({
    name: "get_categories",
    title: "Categories of templates",
    description: "Lists the categories of all templates that you can use, and how many there are of each.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      categories: z
        .array(
          z.object({
            name: z.string().describe("As list_templates takes it"),
            templates: z.int().min(1).describe("How many there are"),
          }),
        )
        .describe("In the order in which templates are listed"),
    }),
    run: (_parameters, { tenant }) => {
      const counts = new Map<string, number>();
      for (const { category } of catalog.list(tenant)) counts.set(category, (counts.get(category) ?? 0) + 1);
      return { categories: [...counts].map(([name, templates]) => ({ name, templates })) };
    },
  });
}
