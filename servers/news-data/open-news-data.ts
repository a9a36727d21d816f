import { join } from "node:path";
import { ToolError } from "tutti/server";
import { referenceServer } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, stateDirectory } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { ARTICLE_SCHEMA, type ArticleStore, articleStore } from "./article-store.ts";
import { type FeedReader, openFeedReader } from "./feed-reader.ts";
import { newsSettings } from "./feed-settings.ts";
import { getCategories } from "./get-categories.ts";
import { getCategoryNews } from "./get-category-news.ts";
import { getTrendingNews } from "./get-trending-news.ts";
import { searchNews } from "./search-news.ts";

/** Gives the articles when there is something to give. */
export type ReadyArticles = () => Promise<ArticleStore>;

/** @throws Error - a setting makes no sense */
export async function openNewsData(environment: Environment): Promise<OpenServer> {
  const settings = newsSettings(environment);
  const state = openState({ path: join(stateDirectory("news-data", environment), "news.db"), schema: [ARTICLE_SCHEMA] });
  const store = articleStore(state);
  const reader = await openFeedReader(settings, store);
  const ready = readyArticles(store, reader);
  return {
    server: referenceServer({
      name: "news-data",
      instructions:
        "News from the feeds that this server reads: search them, read them by category, and see what is written about more than before.",
      state,
      tools: [searchNews(ready), getCategoryNews(ready), getTrendingNews(ready), getCategories(ready)],
      status: () => reader.status(),
    }),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

function readyArticles(store: ArticleStore, reader: FeedReader): ReadyArticles {
  return async () => {
    if (store.newestMs() > 0) return store;
    await reader.triedOnce;
    const problem = reader.allBroken();
    // An empty answer would say that nothing has happened in the world.
    if (problem !== undefined && store.newestMs() === 0) throw new ToolError(`no feed could be read: ${problem}`, { type: "External" });
    return store;
  };
}
