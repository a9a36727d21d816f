import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { CATEGORIES } from "./categories.ts";
import type { ReadyArticles } from "./open-news-data.ts";
import { searchExpression } from "./search-expression.ts";
import { contentParameter, limitParameter, showArticle, shownArticle } from "./shown-article.ts";

export function searchNews(ready: ReadyArticles): ToolPlan {
  return defineTool({
    name: "search_news",
    title: "Search the news",
    description:
      "Finds articles that have all words of the query in title, description or content, the most fitting first. Words in double quotes have to follow one another. Endings do not matter: energy also finds energies.",
    effect: "reads",
    input: z.strictObject({
      query: z.string().min(1).max(500).describe('Words, for example: renewable energy, or: "heat pump" subsidy'),
      limit: limitParameter,
      language: z
        .string()
        .regex(/^(?:[a-z]{2,3}|any)$/)
        .default("en")
        .describe('In which language, two or three small letters; "any" for all'),
      category: z.enum(CATEGORIES).exactOptional().describe("Only articles of this category"),
      content_max: contentParameter,
    }),
    output: z.object({
      articles: z.array(shownArticle).describe("The most fitting first"),
      total: z.int().min(0).describe("How many there are in all"),
      query: z.string().describe("What was asked for"),
    }),
    run: async ({ query, limit, language, category, content_max: contentMax }) => {
      const expression = searchExpression(query);
      const store = await ready();
      const { articles, total } = store.search(expression, { category, language: language === "any" ? undefined : language }, limit);
      const showing = { newestMs: store.newestMs(), contentMax, among: articles.length };
      return { articles: articles.map((article) => showArticle(article, showing)), total, query: query.toWellFormed() };
    },
  });
}
