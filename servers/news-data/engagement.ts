import type { Article } from "./article-store.ts";

const DAY_MS = 86_400_000;
const MANY_COMMENTS = 500;
const LONG_WORDS = 600;

/**
 * How much an article is likely to engage, from 0 to 1: by the comments that its feed counts, by how much there is to
 * read and to see, and by how new it is beside the newest one. A feed that counts no comments is not held against it.
 */
export function engagementOf({ comments, content, pictured, publishedMs }: Article, newestMs: number): number {
  const days = Math.max(0, newestMs - publishedMs) / DAY_MS;
  const words = content.split(/\s+/).length;
  const own = 0.4 * Math.min(words / LONG_WORDS, 1) + 0.15 * (pictured ? 1 : 0) + 0.45 * 2 ** (-days / 4);
  const talked = comments === undefined ? own : Math.min(Math.log1p(comments) / Math.log1p(MANY_COMMENTS), 1);
  return Math.round((0.5 * own + 0.5 * talked) * 1_000) / 1_000;
}
