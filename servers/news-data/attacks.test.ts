import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inRepository } from "../../test/support/built-command.ts";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openState } from "../kit/state/state.ts";
import { type Article, ARTICLE_SCHEMA, articleStore } from "./article-store.ts";
import { openFeedReader } from "./feed-reader.ts";
import { feedTimeMs } from "./feed-time.ts";
import { openNewsData } from "./open-news-data.ts";
import { plainText } from "./plain-text.ts";
import { searchExpression } from "./search-expression.ts";
import { trendsOf } from "./trends.ts";

const GOOD = inRepository("examples/content-pipeline/feeds/bedside-review.xml");

interface Found {
  readonly articles: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
}

describe("what callers search for is never syntax", () => {
  test.each([
    ['" OR 1=1 --', '"OR" AND "1" AND "1"'],
    ["title:hospital", '"title" AND "hospital"'],
    ["hosp*", '"hosp"'],
    ["NEAR(a b, 2)", '"NEAR" AND "a" AND "b" AND "2"'],
    ["a AND NOT b", '"a" AND "AND" AND "NOT" AND "b"'],
    ["^first + second", '"first" AND "second"'],
    ['"two words" three', '"two words" AND "three"'],
    ['"never closed', '"never" AND "closed"'],
    ["x\u0000y", '"x" AND "y"'],
    ["\ud800z", '"z"'],
    ["{a b}: c", '"a" AND "b" AND "c"'],
    ["cafe\u0301 été", '"cafe\u0301" AND "été"'],
  ])("%j", async (query, expression) => {
    expect(searchExpression(query)).toBe(expression);
    using directory = temporaryDirectory();
    await using server = await hold(openNewsData({ STATE_DIR: directory.path, FEEDS: GOOD }));
    expect((await server.call<Found>("search_news", { query })).total).toBe(0);
  });

  test.each([
    [{ query: "" }, /query/],
    [{ query: "!!! '' ()" }, /no word/],
    [{ query: "😀" }, /no word/],
    [{ query: "a ".repeat(40) }, /at most 32/],
    [{ query: "a".repeat(501) }, /query/],
    [{ query: "a", limit: 101 }, /limit/],
    [{ query: "a", limit: -1 }, /limit/],
    [{ query: "a", limit: 1e308 }, /limit/],
    [{ query: "a", category: "__proto__" }, /category/],
    [{ query: "a", language: "../etc" }, /language/],
    [{ query: "a", content_max: 1e9 }, /content_max/],
  ])("%j is refused", async (parameters, message) => {
    using directory = temporaryDirectory();
    await using server = await hold(openNewsData({ STATE_DIR: directory.path, FEEDS: GOOD }));
    expect(await server.refusal("search_news", parameters)).toMatch(message);
  });
});

test("feeds that mean harm are told in the status, and the others are read", async () => {
  using directory = temporaryDirectory();
  const entities = `<!DOCTYPE a [<!ENTITY a "${"a".repeat(1_000)}">${Array.from({ length: 9 }, (_, n) => `<!ENTITY a${n} "${"&a;".repeat(10)}">`).join("")}]>`;
  const bad: Readonly<Record<string, string | Buffer>> = {
    "bomb.xml": `<?xml version="1.0"?>${entities}<rss version="2.0"><channel><title>&a9;</title></channel></rss>`,
    "outside.xml": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&a;</title></channel></rss>',
    "huge.xml": Buffer.alloc(5 * 1024 * 1024, " "),
    "deep.xml": `<rss version="2.0"><channel>${"<a>".repeat(100_000)}`,
    "deep.json": `{"version":"https://jsonfeed.org/version/1","title":"t","items":${"[".repeat(100_000)}`,
    "page.html": "<!DOCTYPE html><html><body>hello</body></html>",
    "empty.xml": "",
    "encoding.xml": '<?xml version="1.0" encoding="x-none"?><rss version="2.0"><channel><title>a</title></channel></rss>',
    "noise.xml": Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 7_919) % 256)),
  };
  for (const [name, content] of Object.entries(bad)) writeFileSync(join(directory.path, name), content);
  mkdirSync(join(directory.path, "folder.xml"));
  const names = [...Object.keys(bad), "folder.xml", "missing.xml"];
  const feeds = [...names.map((name) => join(directory.path, name)), "/dev/zero", GOOD].join(",");
  await using server = await hold(openNewsData({ STATE_DIR: join(directory.path, "state"), FEEDS: feeds }));
  const { status, facts } = await server.call<{ status: string; facts: { articles: number; feeds: { feed: string; problem?: string }[] } }>(
    "get_server_status",
  );
  expect({ status, articles: facts.articles }).toEqual({ status: "degraded", articles: 8 });
  expect(facts.feeds.filter(({ problem }) => problem === undefined).map(({ feed }) => feed)).toEqual([GOOD]);
  expect((await server.call<Found>("search_news", { query: "hospital" })).total).toBeGreaterThan(0);
});

test("what feeds say is text: no markup, no links but to pages, no time that is yet to come", async () => {
  using directory = temporaryDirectory();
  const items = [
    {
      id: "1",
      title: "<script>alert(1)</script>One <b>bold</b> &lt;i&gt;",
      content_html: "<p>Heron</p><style>x{}</style><p>b &amp;amp; c</p>",
      url: "javascript:alert(1)",
    },
    { id: "2", title: "__proto__", content_text: "heron", url: "data:text/html,x", date_published: "9999-01-01T00:00:00Z" },
    { id: "3", title: "\u0000\ud800\u202eThree", content_text: `heron ${"x".repeat(200_000)}`, url: "/relative", date_published: "never" },
    { id: "4", content_text: "" },
    { id: "constructor", title: "heron", tags: ["constructor", "__proto__", "", "Tennis"] },
  ];
  const feed = join(directory.path, "feed.json");
  writeFileSync(
    feed,
    JSON.stringify({ version: "https://jsonfeed.org/version/1", title: "", home_page_url: "https://a.example/b/", items }),
  );
  await using server = await hold(openNewsData({ STATE_DIR: join(directory.path, "state"), FEEDS: feed }));
  const { articles } = await server.call<Found>("search_news", { query: "heron", content_max: 20_000 });
  const byTitle = new Map(articles.map((article) => [article["title"], article]));
  expect(new Set(byTitle.keys())).toEqual(new Set(["One bold <i>", "__proto__", "heron", "\ufffd\u202eThree"]));
  expect(byTitle.get("One bold <i>")).toMatchObject({ content: "Heron\n\nb &amp; c", url: "" });
  expect(byTitle.get("__proto__")).toMatchObject({ url: "" });
  expect(Date.parse(String(byTitle.get("__proto__")?.["published_at"]))).toBeLessThanOrEqual(Date.now());
  expect(byTitle.get("\ufffd\u202eThree")).toMatchObject({ url: "https://a.example/relative", content_cut: false });
  expect(String(byTitle.get("\ufffd\u202eThree")?.["content"])).toHaveLength(20_000);
  expect(byTitle.get("heron")).toMatchObject({ category: "sports" });
});

test("one feed cannot change what another one has said", async () => {
  using directory = temporaryDirectory();
  const feedWith = (name: string, title: string): string => {
    const path = join(directory.path, name);
    writeFileSync(
      path,
      JSON.stringify({
        version: "https://jsonfeed.org/version/1",
        title: name,
        items: [{ id: "same", url: "https://a.example/1", title }],
      }),
    );
    return path;
  };
  const feeds = [feedWith("one.json", "heron one"), feedWith("two.json", "heron two")].join(",");
  await using server = await hold(openNewsData({ STATE_DIR: join(directory.path, "state"), FEEDS: feeds }));
  const { articles } = await server.call<Found>("search_news", { query: "heron" });
  expect(new Set(articles.map(({ title }) => title))).toEqual(new Set(["heron one", "heron two"]));
});

test("feeds with a great many terms of their own do not hold up the server", () => {
  const articles = Array.from({ length: 400 }, (_, number): Article => {
    // Two articles at a time have the same words, so that every one is a topic.
    const words = Array.from({ length: 110 }, (__, place) => `word${(number >> 1) * 110 + place}`);
    const texts = { title: "heron", description: words.join(" "), content: "", source: "s", url: "" };
    return { ...texts, id: String(number), category: "general", publishedMs: 1_000, pictured: false };
  });
  const { topics } = trendsOf(articles);
  expect(topics[0]).toMatchObject({ term: "heron", count: 400 });
  expect(topics).toHaveLength(12);
});

test("a long answer stays below one mebibyte", async () => {
  using directory = temporaryDirectory();
  const items = Array.from({ length: 200 }, (_, id) => ({ id: String(id), title: "heron", content_text: "漢".repeat(20_000) }));
  const feed = join(directory.path, "feed.json");
  writeFileSync(feed, JSON.stringify({ version: "https://jsonfeed.org/version/1", title: "t", items: items.slice(0, 60) }));
  await using server = await hold(openNewsData({ STATE_DIR: join(directory.path, "state"), FEEDS: feed }));
  const answer = await server.call<Found>("search_news", { query: "heron", limit: 100, content_max: 20_000 });
  expect(answer.total).toBe(60);
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1024 * 1024);
});

test.each([
  ["a < b and c > d", "a < b and c > d"],
  ["<p>a</p><p>b</p>", "a\n\nb"],
  ["<script>a", ""],
  ["<!-- a -->b", "b"],
  ["<P>İİİİ</P><SCRIPT>x</SCRIPT><p>b <b>c</b></p>", "İİİİ\n\nb c"],
  ["<a href='>'>b", "'>b"],
  ["&#x110000;&#55296;&bogus;&#65;", "\ufffd\ufffd&bogus;A"],
  ["<".repeat(5), "<<<<<"],
])("%j reads as %j", (html, text) => expect(plainText(html, 1_000)).toBe(text));

test("a picture in a tag that is longer than all the text leaves nothing behind, and the text goes on after it", () => {
  expect(plainText(`<p>a</p><img src="data:image/png;base64,${"A".repeat(50_000)}"><p>b</p>`, 1_000)).toBe("a\n\nb");
});

test("text with a great many open tags is read in one pass", () => {
  expect(plainText("<script ".repeat(200_000), 20_000).length).toBeLessThanOrEqual(20_000);
  expect(plainText("<script>".repeat(200_000), 20_000)).toBe("");
  expect(plainText(`${"<1".repeat(2_000_000)}>`, 1_000)).toBe("<1".repeat(500));
});

test.each([
  ["Fri, 20 Nov 2026 10:00:00 +0100", "2026-11-20T09:00:00.000Z"],
  ["Fri, 20 Nov 26 10:00 EST", "2026-11-20T15:00:00.000Z"],
  ["2026-11-20T10:00:00.123456-05:00", "2026-11-20T15:00:00.123Z"],
  ["2026-11-20T10:00:00 +0100", "2026-11-20T09:00:00.000Z"],
  ["2026-11-20T10:00:00", "2026-11-20T10:00:00.000Z"],
  ["20 Nov 2026", "2026-11-20T00:00:00.000Z"],
  ["November 20, 2026 10:00 PM", "2026-11-20T22:00:00.000Z"],
  ["Fri, 20 Nov 2026 10:00:00 CEST", "2026-11-20T10:00:00.000Z"],
  ["5", "no date"],
  ["never", "no date"],
  ["", "no date"],
])("the date %j is %s", (date, at) => {
  const ms = feedTimeMs(date);
  expect(Number.isNaN(ms) ? "no date" : new Date(ms).toISOString()).toBe(at);
});

test("a feed that says that it is in UTF-16, and is not, is read", async () => {
  using directory = temporaryDirectory();
  const feed = join(directory.path, "feed.xml");
  writeFileSync(
    feed,
    '<?xml version="1.0" encoding="utf-16"?><rss version="2.0"><channel><item><title>Café</title></item></channel></rss>',
  );
  await using server = await hold(openNewsData({ STATE_DIR: join(directory.path, "state"), FEEDS: feed }));
  expect(await server.call("search_news", { query: "café" })).toMatchObject({ total: 1 });
});

test("a password in the URL of a feed is refused at the start, and not repeated", async () => {
  const opening = openNewsData({ FEEDS: "https://user:secret@a.example/feed" });
  await expect(opening).rejects.toThrow("a URL of a.example with a user or a password");
  await expect(opening).rejects.not.toThrow("secret");
});

test("a store that cannot be written to for a moment does not end the server", async () => {
  using directory = temporaryDirectory();
  using state = openState({ path: join(directory.path, "news.db"), schema: [ARTICLE_SCHEMA] });
  const failing = (): never => {
    throw new Error("database is locked");
  };
  const store = { ...articleStore(state), add: failing, tidy: failing };
  const settings = { feeds: [{ place: GOOD }], articlesMax: 100, allowedHosts: [], allowPrivate: [] };
  await using reader = await openFeedReader(settings, store);
  await reader.triedOnce;
  expect(reader.allBroken()).toContain("database is locked");
});
