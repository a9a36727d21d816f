import type { Json } from "tutti/server";
import { type GuardedHttp, openGuardedHttp } from "../kit/http/guarded-fetch.ts";
import type { ServerStatus } from "../kit/reference-server.ts";
import type { ArticleStore, FoundArticle } from "./article-store.ts";
import { categoryOf } from "./categories.ts";
import type { FeedPlace, NewsSettings } from "./feed-settings.ts";
import { type ParsedFeed, parsedFeed } from "./parse-feed.ts";
import { type ReadFeed, readFeed } from "./read-feed.ts";

/** Reads the feeds at once, and again and again. Disposing stops it. */
export interface FeedReader extends AsyncDisposable {
  /** When every feed has been tried once. Files have been by the time the reader is there. */
  readonly triedOnce: Promise<void>;
  /** What is wrong with all of them; undefined when one at least could be read, or there is none. */
  allBroken(): string | undefined;
  status(): ServerStatus;
}

interface FeedState {
  readonly feed: FeedPlace;
  known: ReadFeed;
  read?: { readonly title: string; readonly format: string; readonly articles: number; readonly at: string };
  problem?: string;
}

const TIMEOUT_MS = 10_000;
/** Of URLs that are asked at a time. */
const AT_ONCE = 8;

export async function openFeedReader(settings: NewsSettings, store: ArticleStore): Promise<FeedReader> {
  const { feeds, allowedHosts, allowPrivate, articlesMax, refreshMs } = settings;
  const http = openGuardedHttp({ allowedHosts, allowPrivate, timeoutMs: TIMEOUT_MS, bytesMax: 4 * 1024 * 1024 });
  const states = feeds.map((feed): FeedState => ({ feed, known: {} }));
  const stop = new AbortController();
  const places = feeds.map(({ place }) => place);
  const readAll = async (chosen: readonly FeedState[]): Promise<void> => {
    const left = [...chosen];
    const reading = async (): Promise<void> => {
      for (let state = left.shift(); state !== undefined && !stop.signal.aborted; state = left.shift()) {
        await update(state, { store, http, signal: stop.signal });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, reading));
    if (!stop.signal.aborted) tidied(store, places, articlesMax);
  };
  await readAll(states.filter(({ feed }) => !isRemote(feed)));
  let running = readAll(states.filter(({ feed }) => isRemote(feed)));
  const triedOnce = running;
  const again = (): void => void (running = running.then(async () => await readAll(states)));
  const timer = refreshMs === undefined ? undefined : setInterval(again, refreshMs).unref();
  return {
    triedOnce,
    allBroken() {
      const broken = states.filter(({ read }) => read === undefined);
      if (states.length === 0 || broken.length < states.length) return undefined;
      return broken.map(describe).join("; ").slice(0, 1_000);
    },
    status: () => statusOf(states, store),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stop.abort();
      await running;
      await http[Symbol.asyncDispose]();
    },
  };
}

/** A disk that is full, or a lock that somebody holds, must not end the server: the next reading tidies too. */
function tidied(store: ArticleStore, places: readonly string[], articlesMax: number): void {
  try {
    store.tidy(places, articlesMax);
  } catch (error) {
    process.stderr.write(`old articles could not be removed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

interface Reading {
  readonly store: ArticleStore;
  readonly http: GuardedHttp;
  readonly signal: AbortSignal;
}

/** Whatever is wrong with a feed is kept with it, and leaves the others alone, and what was read of it before. */
async function update(state: FeedState, { store, http, signal }: Reading): Promise<void> {
  try {
    const answer = await readFeed(state.feed.place, state.known, { http, signal });
    const now = new Date();
    if (answer.text !== undefined) {
      const parsed = parsedFeed(answer.text);
      store.add(state.feed.place, foundIn(parsed, state.feed), now.getTime());
      const { title, format, items } = parsed;
      state.read = { title: title || shownPlace(state.feed), format, articles: items.length, at: now.toISOString() };
    }
    const { etag, modified } = answer;
    state.known = { ...(etag === undefined ? {} : { etag }), ...(modified === undefined ? {} : { modified }) };
    delete state.problem;
  } catch (error) {
    if (!signal.aborted) state.problem = error instanceof Error ? error.message : String(error);
  }
}

function foundIn(parsed: ParsedFeed, feed: FeedPlace): readonly FoundArticle[] {
  const { language, country } = parsed;
  const source = parsed.title || shownPlace(feed);
  return parsed.items.map(({ labels, ...item }) => ({
    ...item,
    category: feed.category ?? categoryOf(labels) ?? categoryOf(parsed.labels) ?? "general",
    source,
    language,
    ...(country === undefined ? {} : { country }),
  }));
}

function statusOf(states: readonly FeedState[], store: ArticleStore): ServerStatus {
  const articles = [...store.counts().values()].reduce((sum, count) => sum + count, 0);
  const broken = states.filter(({ problem }) => problem !== undefined);
  const facts: { [fact: string]: Json } = {
    articles,
    ...(articles === 0 ? {} : { newest: new Date(store.newestMs()).toISOString() }),
    feeds: states.map(({ feed, read, problem }) => ({
      feed: shownPlace(feed),
      ...(read === undefined ? {} : { ...read }),
      ...(problem === undefined ? {} : { problem }),
    })),
    ...(states.length === 0 ? { note: "FEEDS names no feed" } : {}),
  };
  if (broken.length === 0) return { status: states.length === 0 ? "degraded" : "healthy", facts };
  return { status: articles === 0 && broken.length === states.length ? "unhealthy" : "degraded", facts };
}

function describe({ feed, problem = "it has not been read yet" }: FeedState): string {
  return `${shownPlace(feed)}: ${problem}`;
}

/** Queries of URLs may hold keys. */
function shownPlace({ place }: FeedPlace): string {
  return place.replace(/\?.*$/s, "?…");
}

function isRemote({ place }: FeedPlace): boolean {
  return /^https?:/.test(place);
}
