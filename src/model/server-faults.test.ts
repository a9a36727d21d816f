import { expect, test } from "vitest";
import { serverConfig } from "../../test/support/server-config.ts";
import { DEFAULT_BREAKER } from "./default-breaker.ts";
import { serverFaults } from "./server-faults.ts";
import type { ServerConfig } from "./server.ts";

const { connection } = serverConfig();

const WRONG: readonly (readonly [Partial<ServerConfig>, string])[] = [
  [{ name: "a.b" }, 'server "a.b": this is no name - it has 1 to 64 of A-Z, a-z, 0-9, "_" and "-"'],
  [{ maxConcurrentCalls: 0 }, 'server "s": maxConcurrentCalls is 0, and must be at least 1'],
  [{ healthIntervalMs: Number.NaN }, 'server "s": healthIntervalMs is NaN, and must be at least 1'],
  [{ breaker: { ...DEFAULT_BREAKER, halfOpenCalls: 0 } }, 'server "s": breaker.halfOpenCalls is 0, and must be at least 1'],
  [{ rateLimits: { calls: { count: 0, perMs: 1_000 } } }, 'server "s": rateLimits of calls: count is 0, and must be at least 1'],
  [{ rateLimits: { tools: { look: { count: 1, perMs: 0 } } } }, 'server "s": rateLimits of look: perMs is 0, and must be at least 1'],
  [{ retryBudget: { share: 0, perSecond: 0 } }, 'server "s": with a retryBudget of nothing a repetition would wait for ever'],
  [{ resources: { gpu: -1 } }, 'server "s": resources.gpu is -1, and must be at least 0'],
  [{ replicas: [{ name: "b", connection, tier: 0 }] }, 'server "s": tier of replica "b" is 0, and must be at least 1'],
  [
    { replicas: [{ name: "a#b", connection, tier: 1 }] },
    'server "s": "a#b" is no name for one replica - each has one of its own, as servers have',
  ],
];

test.each(WRONG)("a server with %j is refused", (more, fault) => {
  expect(serverFaults(serverConfig(more))).toEqual([fault]);
});

test("all that is wrong is told at once, and nothing of what is right", () => {
  expect(serverFaults(serverConfig({ breaker: "off", rateLimits: { calls: { count: 5, perMs: 100 } }, resources: { gpu: 0.5 } }))).toEqual(
    [],
  );
  expect(serverFaults(serverConfig({ maxConcurrentCalls: 0, tier: 0 }))).toHaveLength(2);
});
