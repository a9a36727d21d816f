import { createHash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import type { State } from "../kit/state/state.ts";
import { CATEGORIES, type Category } from "./categories.ts";

/*
 * The articles belong to nobody: every tenant reads the same feeds.
 * N1. An article stays what it was when its feed names it again, but for what the feed has changed in it.
 * N2. No feed changes the article of another one.
 */

export interface Article {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly content: string;
  readonly category: Category;
  readonly publishedMs: number;
  readonly source: string;
  readonly url: string;
  readonly comments?: number;
  readonly pictured: boolean;
}

/** An article as a feed names it. */
export interface FoundArticle extends Omit<Article, "id" | "publishedMs"> {
  /** What names it in its feed. */
  readonly key: string;
  readonly language: string;
  readonly country?: string;
  readonly publishedMs?: number;
}

/** Which articles are meant. What is undefined is not looked at. */
export interface ArticleFilter {
  readonly category?: Category | undefined;
  readonly language?: string | undefined;
  /** Those of feeds that say no country count for every one. */
  readonly country?: string | undefined;
}

export interface ArticleStore {
  /** @param nowMs - when an article has come out that does not say it, or says a time that is yet to come */
  add(feed: string, articles: readonly FoundArticle[], nowMs: number): void;
  /** Forgets what came from feeds that are not read any more, and the oldest articles beyond the limit. */
  tidy(feeds: readonly string[], articlesMax: number): void;
  /** @param expression - of FTS5, from `searchExpression` */
  search(expression: string, filter: ArticleFilter, limit: number): { readonly articles: readonly Article[]; readonly total: number };
  /** Newest first. */
  newest(filter: ArticleFilter, limit: number): readonly Article[];
  counts(): ReadonlyMap<Category, number>;
  /** Of the newest article. With it the age of articles is counted, so that feeds that do not change give what they gave. */
  newestMs(): number;
}

export const ARTICLE_SCHEMA = `
CREATE TABLE articles (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, feed TEXT NOT NULL,
  title TEXT NOT NULL, description TEXT NOT NULL, content TEXT NOT NULL, category TEXT NOT NULL,
  language TEXT NOT NULL, country TEXT, published_ms INTEGER NOT NULL, source TEXT NOT NULL, url TEXT NOT NULL,
  comments INTEGER, pictured INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_by_time ON articles (published_ms DESC, id);
CREATE INDEX articles_by_category ON articles (category, published_ms DESC, id);
CREATE INDEX articles_by_feed ON articles (feed);
CREATE VIRTUAL TABLE article_words USING fts5 (
  title, description, content, content = 'articles', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER article_added AFTER INSERT ON articles BEGIN
  INSERT INTO article_words (rowid, title, description, content) VALUES (new.number, new.title, new.description, new.content);
END;
CREATE TRIGGER article_gone AFTER DELETE ON articles BEGIN
  INSERT INTO article_words (article_words, rowid, title, description, content)
    VALUES ('delete', old.number, old.title, old.description, old.content);
END;
CREATE TRIGGER article_changed AFTER UPDATE ON articles BEGIN
  INSERT INTO article_words (article_words, rowid, title, description, content)
    VALUES ('delete', old.number, old.title, old.description, old.content);
  INSERT INTO article_words (rowid, title, description, content) VALUES (new.number, new.title, new.description, new.content);
END;`;

const ADD = `INSERT INTO articles
  (id, feed, title, description, content, category, language, country, published_ms, source, url, comments, pictured)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description, content = excluded.content,
    category = excluded.category, language = excluded.language, country = excluded.country, source = excluded.source,
    url = excluded.url, comments = excluded.comments, pictured = excluded.pictured
  WHERE (title, description, content, category, language, country, source, url, comments, pictured) IS NOT
    (excluded.title, excluded.description, excluded.content, excluded.category, excluded.language, excluded.country,
     excluded.source, excluded.url, excluded.comments, excluded.pictured)`;

const FILTER = `(?1 IS NULL OR a.category = ?1) AND (?2 IS NULL OR a.language = ?2) AND (?3 IS NULL OR a.country IS NULL OR a.country = ?3)`;
const MATCHING = `article_words JOIN articles a ON a.number = article_words.rowid WHERE article_words MATCH ?4 AND ${FILTER}`;

/** How much a word tells of an article that stands in its title, its description and its content. */
const WEIGHTS = "8.0, 3.0, 1.0";

/** Feeds of other time zones, and clocks that are a little wrong. */
const TOO_EARLY_MS = 86_400_000;

export function articleStore(state: State): ArticleStore {
  const { database } = state;
  const add = database.prepare(ADD);
  const count = database.prepare(`SELECT count(*) AS total FROM ${MATCHING}`);
  const match = database.prepare(
    `SELECT a.* FROM ${MATCHING} ORDER BY bm25(article_words, ${WEIGHTS}), a.published_ms DESC, a.id LIMIT ?5`,
  );
  const newest = database.prepare(`SELECT a.* FROM articles a WHERE ${FILTER} ORDER BY a.published_ms DESC, a.id LIMIT ?4`);
  const bindings = ({ category, language, country }: ArticleFilter) => [category ?? null, language ?? null, country ?? null] as const;
  return {
    add(feed, articles, nowMs) {
      state.transaction(() => {
        for (const article of articles) {
          const { key, title, description, content, category, language, country, publishedMs, source, url, comments, pictured } = article;
          const plausible = publishedMs !== undefined && publishedMs <= nowMs + TOO_EARLY_MS ? publishedMs : nowMs;
          const texts = [title, description, content, category, language, country ?? null] as const;
          add.run(idOf(feed, key), feed, ...texts, plausible, source, url, comments ?? null, pictured ? 1 : 0);
        }
      });
    },
    tidy(feeds, articlesMax) {
      state.transaction(() => {
        database.prepare("DELETE FROM articles WHERE feed NOT IN (SELECT value FROM json_each(?))").run(JSON.stringify(feeds));
        database
          .prepare("DELETE FROM articles WHERE number IN (SELECT number FROM articles ORDER BY published_ms DESC, id LIMIT -1 OFFSET ?)")
          .run(articlesMax);
      });
    },
    search(expression, filter, limit) {
      const values = [...bindings(filter), expression] as const;
      const total = Number(count.get(...values)?.["total"]);
      return { articles: match.all(...values, limit).map(articleOf), total };
    },
    newest: (filter, limit) => newest.all(...bindings(filter), limit).map(articleOf),
    counts() {
      const rows = database.prepare("SELECT category, count(*) AS articles FROM articles GROUP BY category").all();
      const known = new Map(rows.map((row) => [String(row["category"]), Number(row["articles"])]));
      return new Map(CATEGORIES.map((name) => [name, known.get(name) ?? 0]));
    },
    newestMs: () => Number(database.prepare("SELECT max(published_ms) AS ms FROM articles").get()?.["ms"] ?? 0),
  };
}

/** N2: the feed is a part of it. */
function idOf(feed: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([feed, key]))
    .digest("hex")
    .slice(0, 16);
}

function articleOf(row: Record<string, SQLOutputValue>): Article {
  const comments = row["comments"];
  return {
    id: String(row["id"]),
    title: String(row["title"]),
    description: String(row["description"]),
    content: String(row["content"]),
    category: CATEGORIES.find((name) => name === row["category"]) ?? "general",
    publishedMs: Number(row["published_ms"]),
    source: String(row["source"]),
    url: String(row["url"]),
    ...(typeof comments === "number" ? { comments } : {}),
    pictured: row["pictured"] === 1,
  };
}
