import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { parsePrometheus, sampleValue } from "../../test/support/prometheus.ts";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../model/metric.ts";
import { openMetrics } from "./open-metrics.ts";
import { OTHER, SERIES_MAX } from "./series.ts";
import { serverStats } from "./server-stats.ts";

test("every metric is described from the beginning, with its type, also before anything was measured", () => {
  const families = parsePrometheus(openMetrics(new ManualClock()).prometheusText());
  expect([...families.keys()].sort()).toEqual([...Object.keys(COUNTERS), ...Object.keys(HISTOGRAMS), ...Object.keys(GAUGES)].sort());
  expect(families.get("tutti_calls_total")?.type).toBe("counter");
  expect(families.get("tutti_call_duration_seconds")?.type).toBe("histogram");
  expect(families.get("tutti_calls_in_flight")?.type).toBe("gauge");
  // It only grows, although it is read off somewhere.
  expect(families.get("tutti_resource_busy_seconds_total")?.type).toBe("counter");
});

test("what was counted, recorded and observed is read back", () => {
  const metrics = openMetrics(new ManualClock());
  const call = { server: "shop", tool: "buy", outcome: "succeeded" };
  metrics.count("tutti_calls_total", call);
  metrics.count("tutti_calls_total", call, 2);
  for (const seconds of [0.002, 0.3, 61]) metrics.record("tutti_call_duration_seconds", { server: "shop" }, seconds);
  const gauge = metrics.observe("tutti_calls_waiting", () => [{ labels: { server: "shop" }, value: 7 }]);
  const families = parsePrometheus(metrics.prometheusText());
  expect(sampleValue(families, "tutti_calls_total", call)).toBe(3);
  expect(sampleValue(families, "tutti_call_duration_seconds_bucket", { server: "shop", le: "0.0025" })).toBe(1);
  expect(sampleValue(families, "tutti_call_duration_seconds_bucket", { server: "shop", le: "60" })).toBe(2);
  expect(sampleValue(families, "tutti_call_duration_seconds_bucket", { server: "shop", le: "+Inf" })).toBe(3);
  expect(sampleValue(families, "tutti_call_duration_seconds_sum", { server: "shop" })).toBeCloseTo(61.302);
  expect(sampleValue(families, "tutti_calls_waiting", { server: "shop" })).toBe(7);
  gauge[Symbol.dispose]();
  expect(sampleValue(parsePrometheus(metrics.prometheusText()), "tutti_calls_waiting", { server: "shop" })).toBeUndefined();
});

test("any labels give a text that a strict reader understands, and come back as they were", () => {
  const text = fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "\n",
      "\r",
      "{",
      "}",
      ",",
      "=",
      " ",
      "\u2028",
      "\0",
      "é",
      "😀",
      "\ud800",
      "\udfff",
      "x".repeat(119),
    ),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
      const metrics = openMetrics(new ManualClock());
      for (const [server, tool] of pairs) metrics.count("tutti_calls_total", { server, tool, outcome: "succeeded" });
      const samples = parsePrometheus(metrics.prometheusText()).get("tutti_calls_total")?.samples ?? [];
      expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(pairs.length);
      const shown = new Set(samples.map(({ labels: { server = "", tool = "" } }) => JSON.stringify([server, tool])));
      const short = pairs.filter((pair) => pair.every((part) => part.length <= 120));
      expect(short.filter((pair) => !shown.has(JSON.stringify(pair.map((part) => part.toWellFormed()))))).toEqual([]);
    }),
  );
});

test("labels that look alike when they are joined are apart", () => {
  const metrics = openMetrics(new ManualClock());
  const pairs = [
    ["ab", "c"],
    ["a", "bc"],
    ["abc", ""],
    ["", "abc"],
    ["a1:b", ""],
    ["a", "1:b"],
  ] as const;
  for (const [server, tool] of pairs) metrics.count("tutti_calls_total", { server, tool });
  expect(parsePrometheus(metrics.prometheusText()).get("tutti_calls_total")?.samples).toHaveLength(pairs.length);
});

test("however many names come in, what is kept of them has a limit, and nothing is left uncounted", () => {
  const metrics = openMetrics(new ManualClock());
  for (let n = 0; n < 5 * SERIES_MAX; n += 1) {
    metrics.count("tutti_calls_total", { server: "shop", tool: `tool-${n}`, outcome: "succeeded" });
    metrics.count("tutti_executions_total", { workflow: `workflow-${n}`, outcome: "completed" });
  }
  metrics.count("tutti_calls_total", { server: "late", tool: "t", outcome: "succeeded" });
  const families = parsePrometheus(metrics.prometheusText());
  const calls = families.get("tutti_calls_total")?.samples ?? [];
  expect(calls).toHaveLength(SERIES_MAX + 2);
  expect(sampleValue(families, "tutti_calls_total", { server: "shop", tool: OTHER, outcome: OTHER })).toBe(4 * SERIES_MAX);
  expect(sampleValue(families, "tutti_calls_total", { server: "late", tool: OTHER, outcome: OTHER })).toBe(1);
  const executions = families.get("tutti_executions_total")?.samples ?? [];
  expect(executions).toHaveLength(2 * SERIES_MAX + 1);
  expect(executions.reduce((sum, { value }) => sum + value, 0)).toBe(5 * SERIES_MAX);
  metrics.count("tutti_calls_total", { server: "s".repeat(10_000), tool: "t", outcome: "succeeded" });
  expect(metrics.prometheusText().length).toBeLessThan(1_000_000);
});

test("what is no measurement changes nothing", () => {
  const metrics = openMetrics(new ManualClock());
  for (const seconds of [Number.NaN, -1, Infinity]) metrics.record("tutti_call_duration_seconds", { server: "s" }, seconds);
  for (const by of [Number.NaN, -1, 0, Infinity]) metrics.count("tutti_call_retries_total", { server: "s" }, by);
  const families = parsePrometheus(metrics.prometheusText());
  expect(sampleValue(families, "tutti_call_duration_seconds_count", { server: "s" })).toBe(0);
  expect(sampleValue(families, "tutti_call_retries_total", { server: "s" })).toBeUndefined();
});

test("readings with the same labels are one series: amounts are added, of states the worst is shown", () => {
  const metrics = openMetrics(new ManualClock());
  const labels = { server: "shop", replica: "a" };
  for (const value of [1, 3]) {
    metrics.observe("tutti_calls_in_flight", () => [{ labels, value }]);
    metrics.observe("tutti_server_health", () => [{ labels, value }]);
  }
  const families = parsePrometheus(metrics.prometheusText());
  expect(sampleValue(families, "tutti_calls_in_flight", labels)).toBe(4);
  expect(sampleValue(families, "tutti_server_health", labels)).toBe(3);
});

test("the numbers of a server are brought together from all metrics", () => {
  const clock = new ManualClock();
  const metrics = openMetrics(clock);
  const server = "shop";
  for (const outcome of ["succeeded", "succeeded", "succeeded", "timeout", "cached", "cancelled", "denied"]) {
    metrics.count("tutti_calls_total", { server, tool: "buy", outcome });
  }
  metrics.count("tutti_call_retries_total", { server }, 2);
  metrics.count("tutti_failovers_total", { server });
  metrics.count("tutti_cache_answers_total", { server, result: "hit" });
  metrics.count("tutti_cache_answers_total", { server, result: "miss" }, 4);
  metrics.record("tutti_call_duration_seconds", { server }, 0.2);
  metrics.observe("tutti_calls_waiting", () => [{ labels: { server }, value: 3 }]);
  metrics.observe("tutti_calls_in_flight", () => [
    { labels: { server, replica: "a" }, value: 1 },
    { labels: { server, replica: "b" }, value: 4 },
  ]);
  metrics.observe("tutti_server_health", () => [{ labels: { server, replica: "b" }, value: 4 }]);
  metrics.observe("tutti_breaker_state", () => [{ labels: { server, replica: "b" }, value: 2 }]);
  const gpu = { server, replica: "b", resource: "gpu" };
  metrics.observe("tutti_resource_capacity", () => [{ labels: gpu, value: 2 }]);
  metrics.observe("tutti_resource_in_use", () => [{ labels: gpu, value: 1 }]);
  metrics.observe("tutti_resource_busy_seconds_total", () => [{ labels: gpu, value: 30 }]);
  metrics.observe("tutti_resource_idle_seconds_total", () => [{ labels: gpu, value: 20 }]);
  clock.advance(60_000);
  const { upMs, servers } = serverStats(metrics.snapshot());
  expect(upMs).toBe(60_000);
  expect(servers).toEqual([
    {
      server,
      calls: 7,
      errors: 1,
      errorRate: 0.25,
      callsPerMinute: 0,
      retries: 2,
      failovers: 1,
      hedges: 0,
      cacheHits: 1,
      cacheMisses: 4,
      rateLimited: 0,
      latency: { count: 1, meanMs: 200, p50Ms: 175, p95Ms: 242.5, p99Ms: 248.5 },
      inFlight: 5,
      waiting: 3,
      replicas: [
        { replica: "a", inFlight: 1, health: "unknown", resources: [] },
        {
          replica: "b",
          inFlight: 4,
          health: "unreachable",
          breaker: "open",
          resources: [{ resource: "gpu", capacity: 2, inUse: 1, utilisation: 0.25, idleMs: 20_000 }],
        },
      ],
    },
  ]);
});

test("the rate of calls is that of the last minute", () => {
  const clock = new ManualClock();
  const metrics = openMetrics(clock);
  const perMinute = (): number | undefined => metrics.snapshot().servers[0]?.callsPerMinute;
  const call = (): void => metrics.count("tutti_calls_total", { server: "s", tool: "t", outcome: "succeeded" });
  clock.advance(3_600_000);
  for (let n = 0; n < 60; n += 1) {
    call();
    clock.advance(1_000);
  }
  // The oldest seconds leave together.
  expect(perMinute()).toBe(55);
  clock.advance(30_000);
  expect(perMinute()).toBe(25);
  clock.advance(86_400_000);
  expect(perMinute()).toBe(0);
  call();
  expect(perMinute()).toBe(1);
});
