import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sleep } from "../../src/base/clock.ts";
import { limitRate } from "../../src/calls/limit-rate.ts";
import type { NextStage } from "../../src/calls/call-stage.ts";
import type { CallOutcome } from "../../src/model/call.ts";
import type { RateLimit, RateLimits } from "../../src/model/server.ts";
import { callOnItsWay } from "../support/call-on-its-way.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { serverConfig } from "../support/server-config.ts";

const LIMIT: fc.Arbitrary<RateLimit> = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  perMs: fc.constantFrom(20, 100, 333, 1_000),
});

const LIMITS: fc.Arbitrary<RateLimits> = fc.record(
  { calls: LIMIT, perClient: LIMIT, tools: fc.dictionary(fc.constantFrom("a", "b"), LIMIT) },
  { requiredKeys: [] },
);

const CALL = fc.record({
  server: fc.constantFrom("x", "y"),
  tool: fc.constantFrom("a", "b", "c"),
  tenant: fc.constantFrom("ann", "bob", "cid"),
  arrivesAfterMs: fc.constantFrom(0, 0, 0, 1, 7, 50, 400),
  /** Between its turn and its sending. */
  heldUpMs: fc.constantFrom(0, 0, 5, 250),
  end: fc.constantFrom("sent" as const, "sent" as const, "sent" as const, "sent twice" as const, "not sent" as const, "cancelled" as const),
});

type Call = typeof CALL extends fc.Arbitrary<infer T> ? T : never;

interface Sent extends Call {
  readonly atMs: number;
}

const WORLD = fc.record({ x: LIMITS, y: LIMITS, clients: fc.option(LIMIT, { nil: undefined }) });

/** The calls that each limit is about. */
function eachLimit(world: typeof WORLD extends fc.Arbitrary<infer T> ? T : never, sent: readonly Sent[]): [RateLimit, Sent[]][] {
  const tenants = ["ann", "bob", "cid"];
  const found: [RateLimit | undefined, Sent[]][] = tenants.map((tenant) => [world.clients, sent.filter((call) => call.tenant === tenant)]);
  for (const server of ["x", "y"] as const) {
    const { calls, perClient, tools = {} } = world[server];
    const own = sent.filter((call) => call.server === server);
    found.push([calls, own]);
    for (const tenant of tenants) found.push([perClient, own.filter((call) => call.tenant === tenant)]);
    for (const tool of ["a", "b"]) found.push([tools[tool], own.filter((call) => call.tool === tool)]);
  }
  return found.flatMap(([limit, calls]) => (limit === undefined ? [] : [[limit, calls]]));
}

test("whoever calls whatever and whenever, no limit is exceeded in any span of time, and every call has its turn", async () => {
  let waited = 0;
  await fc.assert(
    fc.asyncProperty(WORLD, fc.array(CALL, { minLength: 1, maxLength: 60, size: "max" }), async (world, calls) => {
      const clock = new ManualClock(0);
      const servers = new Map((["x", "y"] as const).map((name) => [name as string, serverConfig({ name, rateLimits: world[name] })]));
      const stage = limitRate({ servers, clients: world.clients, clock });
      const sent: Sent[] = [];
      const { signal } = new AbortController();
      const leave = (call: Call): NextStage => {
        return async ({ gate }): Promise<CallOutcome> => {
          await sleep(clock, call.heldUpMs, signal);
          if (call.end === "not sent") return { kind: "failed", accepted: false, error: { kind: "circuit_open", message: "open" } };
          gate.stage("sent");
          if (call.end === "sent twice") gate.stage("sent");
          sent.push({ ...call, atMs: clock.monotonicMs() });
          return { kind: "succeeded", output: null };
        };
      };
      const endings: Promise<CallOutcome>[] = [];
      for (const call of calls) {
        await pass(clock, call.arrivesAfterMs);
        const stop = new AbortController();
        const { server, tool, tenant } = call;
        endings.push(stage(callOnItsWay({ server, tool, meta: { tenant } }, clock, { signal: stop.signal }), leave(call)));
        if (call.end === "cancelled") clock.after(30, () => stop.abort(new Error("enough")));
      }
      while (clock.nextMs !== undefined) {
        waited += 1;
        clock.step();
        await nextTurn();
      }
      const ends = await Promise.all(endings);
      // Who is cancelled may have been sent before.
      const unlike = ends.filter(({ kind }, place) => {
        const end = calls[place]?.end;
        return end !== "cancelled" && kind !== (end === "not sent" ? "failed" : "succeeded");
      });
      expect(unlike).toEqual([]);
      for (const [limit, own] of eachLimit(world, sent)) {
        const tooNear = own.filter(({ atMs }, first) => {
          const next = own[first + limit.count];
          return next !== undefined && next.atMs - atMs < limit.perMs;
        });
        expect(tooNear).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
  expect(waited).toBeGreaterThan(1_000);
});

async function pass(clock: ManualClock, ms: number): Promise<void> {
  const untilMs = clock.monotonicMs() + ms;
  await nextTurn();
  while (clock.nextMs !== undefined && clock.nextMs <= untilMs) {
    clock.step();
    await nextTurn();
  }
  clock.advance(untilMs - clock.monotonicMs());
}
