import { expect, test } from "vitest";
import { linesOf } from "../../test/support/log-lines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import { HealthMonitor } from "./health-monitor.ts";

test("the log is told of a change by the kind of what went wrong, and never what a call was answered", async () => {
  const { log, lines } = linesOf("info");
  const connections = { check: () => Promise.reject(new Error("nobody asks")) };
  await using monitor = new HealthMonitor({ connections, servers: new Map([["s", serverConfig()]]), clock: new ManualClock(), log });
  for (let n = 0; n < 5; n += 1) monitor.saw("s", { kind: "failed", fault: "server_error", message: "cannot charge card 4711" });
  monitor.saw("s", { kind: "answered", durationMs: 3 });
  expect(lines.length).toBeGreaterThan(1);
  expect(lines[0]).toEqual({
    level: "warn",
    message: "a server is degraded",
    fields: { server: "s", state_before: "unknown", reason: "server_error" },
  });
  expect(JSON.stringify(lines)).not.toContain("4711");
  expect(monitor.history("s").changes[0]?.why).toContain("4711");
});

test("whom somebody could not connect to who only asked is unreachable at once, a call has to find that twice", async () => {
  const connections = { check: () => Promise.reject(new Error("nobody asks")) };
  const servers = new Map(["asked", "called"].map((name) => [name, serverConfig({ name })]));
  await using monitor = new HealthMonitor({ connections, servers, clock: new ManualClock() });
  const away = { kind: "failed", fault: "connection", message: "it is away" } as const;
  monitor.checked("asked", away);
  monitor.saw("called", away);
  expect(["asked", "called"].map((name) => monitor.stateOf(name))).toEqual(["unreachable", "degraded"]);
});
