import { expect, test } from "vitest";
import type { GetServerStatsOutput } from "../../contract/get-server-stats.ts";
import { serverStatsLines } from "./server-stats-lines.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

function printed(stats: GetServerStatsOutput): string {
  return printLines(serverStatsLines(stats), { style: plain, columns: undefined });
}

const STATS: GetServerStatsOutput = {
  upMs: 65_000,
  servers: [
    {
      server: "shop",
      calls: 120,
      errors: 6,
      errorRate: 0.05,
      callsPerMinute: 110.77,
      retries: 4,
      failovers: 1,
      hedges: 0,
      cacheHits: 2,
      cacheMisses: 3,
      rateLimited: 0,
      latency: { count: 120, meanMs: 20, p50Ms: 7.25, p95Ms: 230, p99Ms: 1_500 },
      inFlight: 3,
      waiting: 2,
      replicas: [
        {
          replica: "a",
          inFlight: 3,
          health: "healthy",
          breaker: "closed",
          resources: [
            { resource: "gpu", capacity: 2, inUse: 1, utilisation: 0.25, idleMs: 45_000 },
            { resource: "gpu_memory_bytes", capacity: 80e9, inUse: 24e9, utilisation: 0.1, idleMs: 45_000 },
          ],
        },
        { replica: "b\u001b[2J", inFlight: 0, health: "unreachable", breaker: "open", resources: [] },
      ],
    },
  ],
  alerts: [
    { alert: "circuit_open", subject: "shop#b", server: "shop", value: 1, threshold: 0, lastedMs: 90_000 },
    { alert: "high_latency", subject: "shop", server: "shop", value: 1.23456, threshold: 1, lastedMs: 300_000 },
  ],
};

test("what was measured stands in columns, with the replicas and the alerts below", () => {
  expect(printed(STATS)).toMatchInlineSnapshot(`
    "measured for 1 min 5 s
    SERVER  CALLS  PER MIN  ERRORS  P50     P95     P99    QUEUE P95  ADDED P50  RETRIES  FAILOVERS  CACHED  IN FLIGHT  WAITING
    shop    120    111      5.0 %   7.3 ms  230 ms  1.5 s  -          -          4        1          2       3          2

    SERVER     HEALTH       BREAKER  IN USE                           IDLE
    shop#a     healthy      closed   gpu 1/2, gpu_memory 24 GB/80 GB  gpu 45.0 s (25 % used), gpu_memory 45.0 s (10 % used)
    shop#b[2J  unreachable  open

     ! circuit_open: shop#b, for 1 min 30 s
     ! high_latency: shop, for 5 min (1.23, more than 1)
    "
  `);
});

test("before the first call there is nothing to show", () => {
  expect(printed({ upMs: 1, servers: [], alerts: [] })).toBe("no calls yet\n");
});
