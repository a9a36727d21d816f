import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { BreakerConfig, ServerConfig } from "../model/server.ts";
import { type BreakerReading, CircuitBreakers } from "./circuit-breakers.ts";

const TOUCHY: BreakerConfig = { failures: 1, recoveryMs: 1_000, halfOpenCalls: 1, successes: 1, perTool: false };

function breakersOf(breaker: ServerConfig["breaker"] | undefined): {
  breakers: CircuitBreakers;
  servers: Map<string, ServerConfig>;
  changes: BreakerReading[];
  clock: ManualClock;
} {
  const servers = new Map([["s", serverConfig(breaker === undefined ? {} : { breaker })]]);
  const changes: BreakerReading[] = [];
  const clock = new ManualClock();
  return { breakers: new CircuitBreakers({ servers, clock, onChange: (reading) => changes.push(reading) }), servers, changes, clock };
}

test("each replica has one breaker for all its tools, which opens after five faults unless the configuration says otherwise", () => {
  const { breakers, changes } = breakersOf(undefined);
  for (let call = 0; call < 5; call += 1) breakers.of("s", "s#1", `t${call}`)?.enter()?.failed();
  expect(breakers.of("s", "s#1", "t")?.enter()).toBeUndefined();
  expect(breakers.of("s", "s#2", "t")?.enter()).toBeDefined();
  expect([...breakers.states()]).toEqual(
    expect.arrayContaining([
      { server: "s", connection: "s#1", state: "open" },
      { server: "s", connection: "s#2", state: "closed" },
    ]),
  );
  expect(changes).toEqual([{ server: "s", connection: "s#1", state: "open" }]);
});

test("a server that nothing is said of has one too", () => {
  expect(breakersOf(undefined).breakers.of("other", "other", "t")?.state).toBe("closed");
});

test("a tool that fails leaves the others alone where each has its own", () => {
  const { breakers } = breakersOf({ ...TOUCHY, perTool: true });
  breakers.of("s", "s", "bad")?.enter()?.failed();
  expect(breakers.of("s", "s", "bad")?.enter()).toBeUndefined();
  expect(breakers.of("s", "s", "good")?.enter()).toBeDefined();
  expect([...breakers.states()].map(({ tool, state }) => `${tool}: ${state}`).sort()).toEqual(["bad: open", "good: closed"]);
});

test("a configuration that changes holds from the next call on, and one that switches it off as well", () => {
  const { breakers, servers } = breakersOf(TOUCHY);
  breakers.of("s", "s", "t")?.enter()?.failed();
  expect(breakers.of("s", "s", "t")?.enter()).toBeUndefined();
  servers.set("s", serverConfig({ breaker: { ...TOUCHY, failures: 2 } }));
  expect(breakers.of("s", "s", "t")?.enter()).toBeDefined();
  servers.set("s", serverConfig({ breaker: "off" }));
  expect(breakers.of("s", "s", "t")).toBeUndefined();
  expect([...breakers.states()]).toEqual([]);
});

test("however many tools are asked for, no more than 1,000 breakers are kept", () => {
  const { breakers } = breakersOf({ ...TOUCHY, perTool: true });
  for (let tool = 0; tool < 5_000; tool += 1) breakers.of("s", "s", `t${tool}`);
  expect([...breakers.states()].length).toBe(1_000);
});
