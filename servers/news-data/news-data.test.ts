import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository } from "../../test/support/built-command.ts";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openNewsData } from "./open-news-data.ts";

const FILES = [
  "circuit-weekly.xml",
  "ledger-post.xml",
  "bedside-review.xml",
  "open-horizon.xml",
  "morning-ferry.json",
  "weekend-courier.xml",
];
const SAMPLES = FILES.map((file) => inRepository(`examples/content-pipeline/feeds/${file}`)).join(",");

interface Article {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly content: string;
  readonly category: string;
  readonly published_at: string;
  readonly source: string;
  readonly url: string;
  readonly engagement_score: number;
}

interface Found {
  readonly articles: readonly Article[];
  readonly total: number;
}

async function open(state: string, feeds: string, more: Readonly<Record<string, string>> = {}): Promise<HeldServer> {
  return await hold(openNewsData({ STATE_DIR: state, FEEDS: feeds, REFRESH_MINUTES: "0", ...more }));
}

async function statusOf(server: HeldServer) {
  return await server.call<{ status: string; facts: { articles: number; feeds: { feed: string; format?: string; problem?: string }[] } }>(
    "get_server_status",
  );
}

test("articles of all four formats are found by their words, the most fitting first", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, SAMPLES);
  expect(await statusOf(server)).toMatchObject({ status: "healthy", facts: { articles: 51 } });
  const formats = (await statusOf(server)).facts.feeds.map(({ format }) => format);
  expect(formats).toEqual(["rss", "rss", "atom", "rdf", "json", "rss"]);

  for (const [query, category, most] of [
    ["artificial intelligence", "technology", 3],
    ["stock market", "business", 3],
    ["renewable energy", "technology", 3],
    ["healthcare innovation", "health", 3],
  ] as const) {
    const { articles, total } = await server.call<Found>("search_news", { query, category });
    expect(total).toBeGreaterThanOrEqual(most);
    expect(articles.map((article) => article.category)).toEqual(articles.map(() => category));
  }
  const { articles, total } = await server.call<Found>("search_news", { query: "nickel moss" });
  expect(total).toBe(1);
  expect(articles[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    title: "Moss that collects nickel cleans a valley",
    description: expect.stringMatching(/^Six years after the mine closed/),
    content: expect.stringContaining("A common moss takes up nickel"),
    content_cut: false,
    category: "science",
    published_at: "2026-03-20T11:00:00.000Z",
    source: "Open Horizon",
    url: "https://open-horizon.example/moss-metal",
    engagement_score: expect.closeTo(0.45, 0),
  });
  // Words need not have the same ending; those in quotes have to follow one another.
  expect((await server.call<Found>("search_news", { query: "MAPPED bee" })).total).toBe(1);
  expect((await server.call<Found>("search_news", { query: '"stock market"' })).total).toBe(3);
  expect((await server.call<Found>("search_news", { query: '"market stock"' })).total).toBe(0);
});

test("categories are always ten, and their news come newest first", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, SAMPLES);
  const { categories } = await server.call<{ categories: { name: string; articles: number }[] }>("get_categories");
  expect(categories).toHaveLength(10);
  expect(categories.filter(({ articles }) => articles === 0)).toEqual([]);
  const { articles } = await server.call<Found>("get_category_news", { category: "health", limit: 3, content_max: 40 });
  expect(articles.map(({ published_at: at }) => at)).toEqual(
    articles
      .map(({ published_at: at }) => at)
      .toSorted()
      .toReversed(),
  );
  expect(articles).toHaveLength(3);
  expect(articles[0]).toMatchObject({ content_cut: true, content: expect.stringMatching(/^.{1,40}$/s) });
});

test("what trends is what is written about more than before, and the same at every asking", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, SAMPLES);
  const trends = await server.call<{ topics: { term: string; count: number; growth: number }[]; articles: { trend_score: number }[] }>(
    "get_trending_news",
    { limit: 5 },
  );
  expect(trends.topics.map(({ term }) => term)).toContain("artificial intelligence");
  for (const { count, growth } of trends.topics) expect(count > 1 && growth > 1).toBe(true);
  const scores = trends.articles.map(({ trend_score: score }) => score);
  expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  expect(await server.call("get_trending_news", { limit: 5 })).toEqual(trends);
  const abroad = await server.call<Found>("get_trending_news", { country: "de", category: "sports" });
  expect(abroad.articles.length).toBeGreaterThan(0);
});

test("what was read is still there after a restart without the feed, until the feed is not named any more", async () => {
  using directory = temporaryDirectory();
  const feed = join(directory.path, "feed.json");
  const write = (title: string): void =>
    writeFileSync(
      feed,
      JSON.stringify({ version: "https://jsonfeed.org/version/1", title: "F", items: [{ id: "1", title, content_text: "gone" }] }),
    );
  write("Heron");
  {
    await using first = await open(directory.path, feed);
    expect((await first.call<Found>("search_news", { query: "heron" })).total).toBe(1);
  }
  write("Egret");
  {
    await using changed = await open(directory.path, feed);
    expect((await changed.call<Found>("search_news", { query: "heron" })).total).toBe(0);
    expect((await changed.call<Found>("search_news", { query: "egret" })).total).toBe(1);
  }
  writeFileSync(feed, "<not a feed");
  {
    await using broken = await open(directory.path, feed);
    expect((await broken.call<Found>("search_news", { query: "egret" })).total).toBe(1);
    expect(await statusOf(broken)).toMatchObject({ status: "degraded" });
  }
  await using without = await open(directory.path, SAMPLES);
  expect((await without.call<Found>("search_news", { query: "egret" })).total).toBe(0);
});

test("without any feed that can be read, it says so and does not claim that there is no news", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, join(directory.path, "nothing.xml"));
  expect(await server.refusal("search_news", { query: "a" })).toMatch(/no feed could be read: .*nothing\.xml: it cannot be read: ENOENT/);
  expect(await statusOf(server)).toMatchObject({ status: "unhealthy" });
});

test("a feed of the web is asked again only for what has changed", async () => {
  const asked: (string | undefined)[] = [];
  const web = createServer((request, response) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    asked.push(request.headers["if-none-match"]);
    if (request.headers["if-none-match"] === '"1"') return void response.writeHead(304).end();
    const body =
      '<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>Caf\u00e9</title><item><title>Na\u00efve</title></item></channel></rss>';
    response.writeHead(200, { etag: '"1"', "content-type": "application/rss+xml" }).end(Buffer.from(body, "latin1"));
  });
  web.on("clientError", (_error, socket) => socket.destroy());
  web.on("connection", (socket) => socket.on("error", () => undefined));
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const place = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  try {
    using directory = temporaryDirectory();
    const url = `http://${place}/feed?key=secret`;
    await using server = await open(directory.path, `world=${url}`, { ALLOW_PRIVATE: place });
    const { articles } = await server.call<Found>("search_news", { query: "naive" });
    expect(articles[0]).toMatchObject({ title: "Naïve", source: "Café", category: "world", url: "" });
    expect(JSON.stringify(await statusOf(server))).not.toContain("secret");
    expect(asked).toEqual([undefined]);
    // Without the permission of the operator nothing of this machine is read.
    using other = temporaryDirectory();
    await using closed = await open(other.path, url);
    expect(await closed.refusal("get_categories")).toMatch(/no public address/);
    expect(asked).toHaveLength(1);
  } finally {
    web.closeAllConnections();
    web.close();
    await once(web, "close");
  }
});

test.each([
  ["gossip=a.xml", /none of the categories/],
  ["ftp://example.com/a.xml", /a file, or an http or https URL/],
  ["a.xml,a.xml", /twice/],
])("FEEDS=%s is refused at the start", async (feeds, message) => {
  using directory = temporaryDirectory();
  await expect(openNewsData({ STATE_DIR: directory.path, FEEDS: feeds })).rejects.toThrow(message);
});
