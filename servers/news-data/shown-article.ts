import { z } from "zod";
import type { Article } from "./article-store.ts";
import { CATEGORIES } from "./categories.ts";
import { engagementOf } from "./engagement.ts";

/** An article as tools give it. */
export const shownArticle = z.object({
  id: z.string().describe("The same for the same article at every reading"),
  title: z.string().describe("Without markup"),
  description: z.string().describe("One to three sentences"),
  content: z.string().describe("Text without markup, paragraphs with an empty line between them"),
  content_cut: z.boolean().describe("Whether there is more content than is given"),
  category: z.enum(CATEGORIES).describe("What it is about"),
  published_at: z.string().describe("When it came out, in UTC (ISO 8601)"),
  source: z.string().describe("Who has published it: the title of the feed"),
  url: z.string().describe("Where it can be read, http or https; empty when the feed says none"),
  engagement_score: z.number().min(0).max(1).describe("How much it is likely to engage, from comments, length, picture and age"),
});

export const limitParameter = z.int().min(1).max(100).default(10).describe("How many articles at most");

export const contentParameter = z.int().min(0).max(20_000).default(4_000).describe("How many characters of the content of each at most");

/** All contents together, so that an answer stays below 1 MiB also where a character takes three bytes. */
const CONTENTS_MAX = 200_000;

/** @param among - how many are given together */
export function showArticle(article: Article, { newestMs, contentMax, among }: Showing): z.input<typeof shownArticle> {
  const { id, title, description, content, category, publishedMs, source, url } = article;
  const shown = content.slice(0, Math.min(contentMax, Math.floor(CONTENTS_MAX / among))).toWellFormed();
  return {
    id,
    title,
    description,
    content: shown,
    content_cut: shown.length < content.length,
    category,
    published_at: new Date(publishedMs).toISOString(),
    source,
    url,
    engagement_score: engagementOf(article, newestMs),
  };
}

export interface Showing {
  readonly newestMs: number;
  readonly contentMax: number;
  readonly among: number;
}
