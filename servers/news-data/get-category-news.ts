import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { CATEGORIES } from "./categories.ts";
import type { ReadyArticles } from "./open-news-data.ts";
import { contentParameter, limitParameter, showArticle, shownArticle } from "./shown-article.ts";

export function getCategoryNews(ready: ReadyArticles): ToolPlan {
  return defineTool({
    name: "get_category_news",
    title: "News of a category",
    description: "Gives the newest articles of one category, newest first.",
    effect: "reads",
    input: z.strictObject({
      category: z.enum(CATEGORIES).describe("One of those that get_categories gives"),
      limit: limitParameter,
      content_max: contentParameter,
    }),
    output: z.object({
      articles: z.array(shownArticle).describe("Newest first"),
      category: z.enum(CATEGORIES).describe("What was asked for"),
    }),
    run: async ({ category, limit, content_max: contentMax }) => {
      const store = await ready();
      const articles = store.newest({ category }, limit);
      const showing = { newestMs: store.newestMs(), contentMax, among: articles.length };
      return { articles: articles.map((article) => showArticle(article, showing)), category };
    },
  });
}
