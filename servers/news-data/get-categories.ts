import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { CATEGORIES } from "./categories.ts";
import type { ReadyArticles } from "./open-news-data.ts";

export function getCategories(ready: ReadyArticles): ToolPlan {
  return defineTool({
    name: "get_categories",
    title: "Categories of news",
    description: "Lists all categories and how many articles there are of each, also those of which there are none.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      categories: z
        .array(
          z.object({
            name: z.enum(CATEGORIES).describe("As other tools take it"),
            articles: z.int().min(0).describe("How many there are"),
          }),
        )
        .describe("Always the same ten"),
    }),
    run: async () => {
      const counts = (await ready()).counts();
      return { categories: CATEGORIES.map((name) => ({ name, articles: counts.get(name) ?? 0 })) };
    },
  });
}
