import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository } from "../../test/support/built-command.ts";
import { hold, type HeldServer } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openAnalytics } from "./open-analytics.ts";
import { sampleEvents } from "./sample-events.ts";

const at = (time: string): string => `2026-03-${time}Z`;

/** Ann reads two things and likes one; Bob bounces; Ann comes again the next day and buys. */
const VISITS = [
  { type: "view", user_id: "ann", at: at("01T10:00:00"), content_id: "a", country: "DE", channel: "search", age_group: "25-34" },
  { type: "like", user_id: "ann", at: at("01T10:01:00"), content_id: "a" },
  { type: "view", user_id: "ann", at: at("01T10:03:00"), content_id: "b" },
  { type: "view", user_id: "bob", at: at("01T11:00:00"), content_id: "a", country: "AT", device: "mobile" },
  { type: "view", user_id: "ann", at: at("02T09:00:00"), content_id: "a", channel: "email", interests: ["tea", "tea"] },
  { type: "conversion", user_id: "ann", at: at("02T09:10:00"), content_id: "a", value: 12.5 },
];

async function visited(environment: Record<string, string>): Promise<HeldServer> {
  const server = await hold(openAnalytics(environment));
  await server.call("record_events", { events: VISITS });
  return server;
}

test("metrics of a content are those of its events: viewers, rates, sessions and bounces", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const metrics = await server.call("get_content_metrics", { content_id: "a", period: "week" });
  expect(metrics).toMatchObject({
    views: 3,
    unique_views: 2,
    likes: 1,
    conversions: 1,
    conversion_rate: 0.5,
    engagement_rate: 0.5,
    // Sessions with "a": 3 minutes, 0 and 10 minutes; all began with it, and Bob's was a bounce.
    average_session_duration: 260,
    bounce_rate: 0.3333,
    to: "2026-03-02T09:10:00.000Z",
    previous: { views: 0 },
  });
  expect(await server.call("get_content_metrics", { content_id: "a", period: "hour" })).toMatchObject({ views: 1, conversions: 1 });
  expect(await server.call("get_content_metrics", { content_id: "a", as_of: at("01T10:30:00") })).toMatchObject({
    views: 1,
    unique_views: 1,
  });
});

test("a tenant without events has zeros everywhere, and sees nothing of another tenant", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const beside = { tenant: "globex" };
  expect(await server.call("get_content_metrics", { content_id: "a" }, beside)).toMatchObject({
    views: 0,
    bounce_rate: 0,
    conversion_rate: 0,
  });
  expect(await server.call("get_audience_insights", {}, beside)).toMatchObject({ total_users: 0, age_groups: [], engagement_level: 0 });
  const trends = await server.call<{ dates: string[]; series: { views: number[] } }>("get_engagement_trends", { timespan: "7d" }, beside);
  expect(trends.dates).toHaveLength(7);
  expect(trends.series.views.every((value) => value === 0)).toBe(true);
  for (const report_type of ["summary", "detailed", "executive"]) {
    for (const format of ["markdown", "json", "csv"]) await server.call("generate_analytics_report", { report_type, format }, beside);
  }
});

test("audience insights group visitors by what was last said of them, and by how they came first", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const all = await server.call("get_audience_insights");
  expect(all).toMatchObject({
    total_users: 2,
    new_users: 2,
    sessions: 3,
    interests: [{ name: "tea", users: 1, share: 0.5 }],
    acquisition_channels: [
      { name: "search", users: 1, share: 0.5 },
      { name: "unknown", users: 1, share: 0.5 },
    ],
    // 0.4 x 1/2 + 0.3 x (4/3 - 1)/4 + 0.3 x 1/2
    engagement_level: 0.375,
  });
  expect(await server.call("get_audience_insights", { segment: "country:DE" })).toMatchObject({ total_users: 1, sessions: 2 });
  expect(await server.call("get_audience_insights", { segment: "converted" })).toMatchObject({ total_users: 1 });
  expect(await server.refusal("get_audience_insights", { segment: "constructor:x" })).toContain('"constructor:x" is no segment');
});

test("trends have a value for every day, also for days without events", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const trends = await server.call<{ dates: string[]; series: Record<string, number[]> }>("get_engagement_trends", {
    timespan: "last_week",
  });
  expect(trends.dates.slice(-3)).toEqual(["2026-02-28", "2026-03-01", "2026-03-02"]);
  expect(trends.series["daily_active_users"]?.slice(-3)).toEqual([0, 2, 1]);
  expect(trends.series["pages_per_session"]?.slice(-3)).toEqual([0, 1.5, 1]);
  expect(await server.refusal("get_engagement_trends", { timespan: "fortnight" })).toContain("is no period; there are hour, 1h");
});

test("an event with an id that is there already is not counted again, and a call that is repeated counts once", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const events = [{ event_id: "e1", type: "view", user_id: "ann", at: at("01T10:00:00"), content_id: "a" }];
  expect(await server.call("record_events", { events })).toEqual({ recorded: 1, duplicates: 0 });
  expect(await server.call("record_events", { events })).toEqual({ recorded: 0, duplicates: 1 });
  const unnamed = { events: VISITS.slice(0, 2) };
  const first = await server.call("record_events", unnamed, { key: "k" });
  expect(await server.call("record_events", unnamed, { key: "k" })).toEqual(first);
  expect(await server.call("get_content_metrics", { content_id: "a" })).toMatchObject({ views: 2, likes: 1 });
});

test("a call of which one event is wrong stores none of them", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path, EVENTS_MAX: "3" }));
  const good = { type: "view", user_id: "ann", at: at("01T10:00:00"), content_id: "a" };
  expect(await server.refusal("record_events", { events: [good, { ...good, content_id: undefined }] })).toContain(
    "events[1]: an event of the type view",
  );
  expect(await server.refusal("record_events", { events: [good, { ...good, at: "9999-01-01T00:00:00Z" }] })).toContain("in the future");
  expect(await server.refusal("record_events", { events: [good, good, good, good] })).toContain("3 events are kept");
  expect(await server.call("get_content_metrics", { content_id: "a" })).toMatchObject({ views: 0 });
});

test("tracking the same content again replaces it, and its type's reception counts once there is some", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const content = { content_type: "article", word_count: 800, estimated_read_time: 4, source_count: 3, created_at: at("03T00:00:00") };
  const first = await server.call("track_content_creation", { ...content, content_id: "a" });
  expect(first).toMatchObject({ performance_score: 100, already_tracked: false });
  expect(await server.call("track_content_creation", { ...content, content_id: "a", word_count: 0, estimated_read_time: 0 })).toMatchObject(
    {
      tracking_id: first["tracking_id"],
      performance_score: 30,
      already_tracked: true,
    },
  );
  // Half of the viewers of "a" liked it: 0.5 x 100 + 50 x 0.5.
  expect(await server.call("track_content_creation", { ...content, content_id: "next" })).toMatchObject({ performance_score: 75 });
});

test("names of contents stay text in Markdown and in spreadsheets", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const names = ['=HYPERLINK("http://evil")', "+1", "-2", "@x", "| a | <script>", "[x](javascript:y)", "a,b"];
  await server.call("record_events", {
    events: names.map((content_id, index) => ({ type: "view", user_id: `u${index}`, at: at("01T10:00:00"), content_id })),
  });
  const report = async (format: string): Promise<string> =>
    (await server.call<{ content: string }>("generate_analytics_report", { report_type: "detailed", format, metrics: ["views"] })).content;
  const csv = await report("csv");
  expect(csv).toContain(`"'=HYPERLINK(""http://evil"")",1,1`);
  expect(csv.split("\r\n").filter((line) => /^[=+\-@]/.test(line))).toEqual([]);
  const markdown = await report("markdown");
  expect(markdown).toContain(String.raw`\| a \| \<script\>`);
  expect(markdown).toContain(String.raw`\[x\]\(javascript\:y\)`);
  expect(await server.refusal("generate_analytics_report", { metrics: ["views", "toString"] })).toContain('"toString" is no metric');
});

test("an executive summary says what has changed most", async () => {
  using folder = temporaryDirectory();
  await using server = await visited({ STATE_DIR: folder.path });
  const { content } = await server.call<{ content: string }>("generate_analytics_report", { report_type: "executive", time_range: "day" });
  expect(content).toContain("Executive summary");
  expect(content).toContain("2026-03-02T09:10:00.000Z");
});

test("KPIs are computed of rows: whole, by group, where something holds, and as growth and ratio", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const dataset = [
    { month: "2026-01", country: "DE", cents: 100, orders: 1 },
    { month: "2026-01", country: "AT", cents: 50, orders: 2 },
    { month: "2026-02", country: "DE", cents: 300, orders: 1 },
    { month: "2026-02", country: null, cents: null, orders: 1 },
  ];
  const { kpis, statistics } = await server.call<{ kpis: object[]; statistics: Record<string, object> }>("calculate_kpis", {
    dataset,
    kpis: [
      { name: "revenue", aggregate: "sum", field: "cents", group_by: "month" },
      { name: "orders", aggregate: "sum", field: "orders" },
      { name: "per order", aggregate: "ratio", of: ["revenue", "orders"] },
      { name: "growth", aggregate: "growth", field: "cents", order_by: "month" },
      { name: "german", aggregate: "count", where: { field: "country", equals: "DE" } },
      { name: "countries", aggregate: "distinct", field: "country" },
      { name: "middle", aggregate: "median", field: "cents" },
      { name: "none", aggregate: "mean", field: "cents", where: { field: "country", equals: "FR" } },
    ],
  });
  expect(kpis).toEqual([
    {
      name: "revenue",
      value: 450,
      groups: [
        { key: "2026-01", value: 150 },
        { key: "2026-02", value: 300 },
      ],
    },
    { name: "orders", value: 5 },
    { name: "per order", value: 90 },
    { name: "growth", value: 1 },
    { name: "german", value: 2 },
    { name: "countries", value: 2 },
    { name: "middle", value: 100 },
    { name: "none", value: null },
  ]);
  expect(statistics["cents"]).toEqual({
    count: 3,
    mean: 150,
    median: 100,
    stddev: expect.closeTo(132.2876, 3),
    min: 50,
    max: 300,
    p95: 280,
    trend_slope: 100,
  });
  expect(Object.keys(statistics)).toEqual(["cents", "orders"]);
});

test("large numbers keep their last digits, and small ones get none that only binary fractions have", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const { values } = await server.call<{ values: object }>("calculate_kpis", {
    dataset: [
      { ms: 1_767_225_600_123, cents: 9_007_199_254_740_990, price: 123_456_789_012.34, share: 0.1 },
      { ms: 1_767_225_600_456, cents: 1, price: 0.01, share: 0.2 },
    ],
    kpis: [
      { name: "first", aggregate: "min", field: "ms" },
      { name: "cents", aggregate: "sum", field: "cents" },
      { name: "price", aggregate: "sum", field: "price" },
      { name: "share", aggregate: "sum", field: "share" },
    ],
  });
  expect(values).toEqual({ first: 1_767_225_600_123, cents: Number.MAX_SAFE_INTEGER, price: 123_456_789_012.35, share: 0.3 });
});

test("columns with the names of members of objects are columns like any other", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const dataset = JSON.parse('[{"__proto__": 1, "constructor": 2, "toString": 4}, {"constructor": 6}]') as object[];
  const answer = await server.call<{ kpis: object[]; statistics: object }>("calculate_kpis", {
    dataset,
    kpis: [
      { name: "c", aggregate: "sum", field: "constructor" },
      { name: "t", aggregate: "sum", field: "toString" },
      { name: "where", aggregate: "count", where: { field: "toString", equals: null } },
    ],
  });
  expect(answer.kpis).toEqual([
    { name: "c", value: 8 },
    { name: "t", value: 4 },
    { name: "where", value: 1 },
  ]);
  expect(await server.refusal("calculate_kpis", { dataset, kpis: [{ name: "x", aggregate: "sum", field: "valueOf" }] })).toContain(
    '"valueOf", which no row has',
  );
});

test("a file of events is loaded once, whatever its name, and a line that is no event is told with its place", async () => {
  using folder = temporaryDirectory();
  const [file, copy] = [join(folder.path, "events.ndjson"), join(folder.path, "copy.ndjson")];
  const environment = { STATE_DIR: folder.path, EVENTS_FILE: file, EVENTS_TENANT: "acme" };
  const lines = `${VISITS.map((event) => JSON.stringify(event)).join("\n")}\n\n`;
  for (const [path, text] of [
    [file, lines],
    [copy, lines],
  ] as const)
    writeFileSync(path, text);
  for (const EVENTS_FILE of [file, copy]) {
    await using server = await hold(openAnalytics({ ...environment, EVENTS_FILE }));
    expect(await server.call("get_server_status")).toMatchObject({ facts: { events: 6 } });
    expect(await server.call("get_content_metrics", { content_id: "a", period: "week" })).toMatchObject({ views: 3 });
  }
  writeFileSync(file, `${lines}{"type":"view"}\n`);
  await expect(openAnalytics(environment)).rejects.toThrow(`${file}:8: this is no event: user_id`);
  await expect(openAnalytics({ ...environment, EVENTS_FILE: join(folder.path, "none") })).rejects.toThrow("EVENTS_FILE");
});

test("the sample that the examples use is what its generator makes", () => {
  const events = sampleEvents({ seed: 7, users: 320, days: 60, endMs: Date.UTC(2026, 9, 1) });
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  expect(readFileSync(inRepository("examples/bi-dashboard/events.ndjson"), "utf8")).toBe(text);
});
