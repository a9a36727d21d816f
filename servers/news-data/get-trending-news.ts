import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { CATEGORIES } from "./categories.ts";
import type { ReadyArticles } from "./open-news-data.ts";
import { contentParameter, limitParameter, showArticle, shownArticle } from "./shown-article.ts";
import { trendsOf } from "./trends.ts";

/** Of the newest articles: more than three weeks of news are not looked at anyway. */
const LOOKED_AT_MAX = 2_000;

export function getTrendingNews(ready: ReadyArticles): ToolPlan {
  return defineTool({
    name: "get_trending_news",
    title: "News that trends",
    description:
      "Gives what is written about more in the last three days than in the two weeks before, as topics, and the articles that are most about them. The days are counted back from the newest article.",
    effect: "reads",
    input: z.strictObject({
      country: z
        .string()
        .regex(/^[a-z]{2}$/)
        .default("us")
        .describe("Two small letters: feeds that are for another country are left out"),
      category: z.enum(CATEGORIES).exactOptional().describe("Only articles of this category"),
      limit: limitParameter,
      content_max: contentParameter,
    }),
    output: z.object({
      articles: z
        .array(shownArticle.extend({ trend_score: z.number().min(0).describe("From 0 to 1: topics, age and engagement together") }))
        .describe("Highest trend_score first"),
      topics: z
        .array(
          z.object({
            term: z.string().describe("One or two words"),
            count: z.int().describe("How many articles of the last three days have it"),
            growth: z.number().describe("How many times more often, for each day, than in the two weeks before"),
          }),
        )
        .describe("The strongest first"),
    }),
    run: async ({ country, category, limit, content_max: contentMax }) => {
      const store = await ready();
      const { topics, articles } = trendsOf(store.newest({ category, country }, LOOKED_AT_MAX));
      const chosen = articles.slice(0, limit);
      const showing = { newestMs: store.newestMs(), contentMax, among: chosen.length };
      return {
        topics: [...topics],
        articles: chosen.map(({ article, score }) => ({ ...showArticle(article, showing), trend_score: score })),
      };
    },
  });
}
