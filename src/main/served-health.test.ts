import { expect, test } from "vitest";
import type { Alert } from "../model/alert.ts";
import type { HealthState } from "../model/health.ts";
import type { ServerStats } from "../model/server-stats.ts";
import { healthAnswer } from "./served-health.ts";

function server(name: string, ...states: readonly HealthState[]): ServerStats {
  const counts = { calls: 0, errors: 0, errorRate: 0, callsPerMinute: 0, retries: 0, failovers: 0, hedges: 0 };
  const more = { cacheHits: 0, cacheMisses: 0, rateLimited: 0, inFlight: 0, waiting: 0 };
  return {
    server: name,
    ...counts,
    ...more,
    replicas: states.map((health, n) => ({ replica: `r${n}`, inFlight: 0, health, resources: [] })),
  };
}

const ALERT: Alert = { alert: "high_latency", subject: "a", server: "a", value: 2, threshold: 1, lastedMs: 1 };

test.each([
  { what: "nothing has been used", servers: [], status: "healthy", well: true },
  { what: "nobody has looked yet", servers: [server("a", "unknown")], status: "healthy", well: true },
  { what: "all is well", servers: [server("a", "healthy"), server("b", "healthy", "unknown")], status: "healthy", well: true },
  { what: "one replica is down", servers: [server("a", "healthy", "unreachable")], status: "degraded", well: true },
  { what: "one server of two is down", servers: [server("a", "healthy"), server("b", "unhealthy")], status: "degraded", well: true },
  { what: "a server is slow", servers: [server("a", "degraded")], status: "degraded", well: true },
  { what: "an alert fires", servers: [server("a", "healthy")], alerts: [ALERT], status: "degraded", well: true },
  {
    what: "every server is down",
    servers: [server("a", "unreachable"), server("b", "unhealthy", "unreachable")],
    status: "unhealthy",
    well: false,
  },
  { what: "the journal cannot be used", servers: [server("a", "healthy")], journal: false, status: "unhealthy", well: false },
])("$status when $what", ({ servers, alerts = [], journal = true, status, well }) => {
  const answer = healthAnswer({ upMs: 1, servers, alerts }, journal);
  expect([answer.document["status"], answer.well]).toEqual([status, well]);
});

test("the last ten changes of each replica are shown, without what was seen", () => {
  const changes = Array.from({ length: 12 }, (_, second) => {
    return { connection: "a#r0", atMs: second * 1_000, from: "healthy", to: "degraded", why: "a word of the server" } as const;
  });
  const changesOf = (connection: string): typeof changes => (connection === "a#r0" ? changes : []);
  const { document } = healthAnswer({ upMs: 1, servers: [server("a", "degraded", "healthy")], alerts: [] }, true, changesOf);
  expect(JSON.stringify(document)).not.toContain("a word");
  const shown = Array.from({ length: 10 }, (_, place) => ({ at: `1970-01-01T00:00:${String(place + 2).padStart(2, "0")}.000Z` }));
  expect(document["servers"]).toMatchObject([{ replicas: [{ changes: shown }, { changes: [] }] }]);
});

test("which execution an alert is about is not told to everybody who can reach the port", () => {
  const alert: Alert = { alert: "workflow_running_long", subject: "e-1", value: 4_000, threshold: 3_600, lastedMs: 0 };
  const { document } = healthAnswer({ upMs: 1, servers: [], alerts: [alert, ALERT] }, true);
  expect(document["alerts"]).toEqual([
    { alert: "workflow_running_long", value: 4_000, threshold: 3_600, lasted_ms: 0 },
    { alert: "high_latency", server: "a", subject: "a", value: 2, threshold: 1, lasted_ms: 1 },
  ]);
});
