import { expect, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openAnalytics } from "./open-analytics.ts";

const view = { type: "view", user_id: "u", at: "2026-03-01T10:00:00Z", content_id: "a" };
const rows = (row: object): object => ({ dataset: [row], kpis: [{ name: "x", aggregate: "count" }] });
const kpi = (request: object): object => ({ dataset: [{ n: 1, m: 2 }], kpis: [request] });

const REFUSED: readonly (readonly [string, string, object])[] = [
  ["a NUL in a name", "record_events", { events: [{ ...view, user_id: "a\u0000b" }] }],
  ["half a character", "record_events", { events: [{ ...view, content_id: "\ud800" }] }],
  ["an empty name", "record_events", { events: [{ ...view, user_id: "" }] }],
  ["a name without end", "record_events", { events: [{ ...view, user_id: "x".repeat(201) }] }],
  ["a time that is none", "record_events", { events: [{ ...view, at: "yesterday" }] }],
  ["the thirtieth of February", "record_events", { events: [{ ...view, at: "2026-02-30T00:00:00Z" }] }],
  ["a time without its zone", "record_events", { events: [{ ...view, at: "2026-03-01T10:00:00" }] }],
  ["a time long ago", "record_events", { events: [{ ...view, at: "1970-01-01T00:00:00Z" }] }],
  ["a type that is none", "record_events", { events: [{ ...view, type: "__proto__" }] }],
  ["a value that no sum can hold", "record_events", { events: [{ ...view, value: 1e300 }] }],
  ["a tenant among the arguments", "record_events", { events: [view], tenant: "globex" }],
  ["a tenant in an event", "record_events", { events: [{ ...view, tenant: "globex" }] }],
  ["no events", "record_events", { events: [] }],
  ["too many events", "record_events", { events: Array.from({ length: 1_001 }, () => view) }],
  ["SQL for a period", "get_content_metrics", { content_id: "a", period: "day' OR 1=1 --" }],
  ["a period of objects", "get_content_metrics", { content_id: "a", period: "constructor" }],
  ["a moment that is none", "get_content_metrics", { content_id: "a", as_of: "later" }],
  [
    "words without end",
    "track_content_creation",
    { content_id: "a", content_type: "x", word_count: 1e300, estimated_read_time: 1, source_count: 1, created_at: view.at },
  ],
  [
    "less than no words",
    "track_content_creation",
    { content_id: "a", content_type: "x", word_count: -1, estimated_read_time: 1, source_count: 1, created_at: view.at },
  ],
  ["a format with a path", "generate_analytics_report", { format: "../../etc/passwd" }],
  ["too many rows", "calculate_kpis", { dataset: Array.from({ length: 5_001 }, () => ({})), kpis: [{ name: "x", aggregate: "count" }] }],
  ["a list in a cell", "calculate_kpis", rows({ a: [1] })],
  ["an object in a cell", "calculate_kpis", rows({ a: { $gt: 1 } })],
  [
    "a sum beyond all numbers",
    "calculate_kpis",
    { dataset: [{ n: 1.7e308 }, { n: 1.7e308 }], kpis: [{ name: "x", aggregate: "sum", field: "n" }] },
  ],
  ["no figures", "calculate_kpis", { dataset: [], kpis: [] }],
  [
    "two figures of one name",
    "calculate_kpis",
    {
      dataset: [],
      kpis: [
        { name: "x", aggregate: "count" },
        { name: "x", aggregate: "count" },
      ],
    },
  ],
  ["a figure of nothing", "calculate_kpis", kpi({ name: "x", aggregate: "sum" })],
  ["growth without an order", "calculate_kpis", kpi({ name: "x", aggregate: "growth", field: "n" })],
  ["a ratio of itself", "calculate_kpis", kpi({ name: "x", aggregate: "ratio", of: ["x", "x"] })],
  ["code as an aggregate", "calculate_kpis", kpi({ name: "x", aggregate: "process.exit()", field: "n" })],
];

test.each(REFUSED)("%s is refused", async (_what, tool, parameters) => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  expect((await server.refusal(tool, parameters)).length).toBeGreaterThan(10);
  expect(await server.call("get_server_status")).toMatchObject({ facts: { events: 0 } });
});

test("odd names are harmless: what was stored under them is found under them, and under no other", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  const names = ["__proto__", "constructor", "🦊", "a'; DROP TABLE events; --", "%", "_", "../../x", "<b>"];
  await server.call("record_events", {
    events: names.map((name) => ({ ...view, user_id: name, content_id: name, country: name, interests: [name] })),
  });
  for (const content_id of names)
    expect(await server.call("get_content_metrics", { content_id })).toMatchObject({ views: 1, unique_views: 1 });
  const { locations, interests } = await server.call<{ locations: { name: string }[]; interests: { name: string }[] }>(
    "get_audience_insights",
  );
  expect(locations.map(({ name }) => name).sort()).toEqual(names.toSorted());
  expect(interests).toHaveLength(names.length);
  expect(await server.call("get_audience_insights", { segment: "country:__proto__" })).toMatchObject({ total_users: 1 });
});

test("a moment at the edge of the calendar gives zeros", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openAnalytics({ STATE_DIR: folder.path }));
  for (const as_of of ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "now"]) {
    expect(await server.call("get_engagement_trends", { timespan: "1y", as_of })).toMatchObject({ engagement_level: 0 });
    expect(await server.call("generate_analytics_report", { report_type: "detailed", time_range: "hour", as_of })).toMatchObject({
      format: "markdown",
    });
  }
});
