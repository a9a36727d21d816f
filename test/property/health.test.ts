import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { TuttiError } from "../../src/model/errors.ts";
import type { HealthSignal, HealthState, ReplicaFault } from "../../src/model/health.ts";
import type { ServerCheck } from "../../src/ports/connections.ts";
import { HealthMonitor } from "../../src/registry/health-monitor.ts";
import { afterSignal, UNSEEN } from "../../src/registry/health-standing.ts";
import type { SignalSource } from "../../src/registry/health-standing.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { serverConfig } from "../support/server-config.ts";

type Seen = readonly [HealthSignal, SignalSource];

const ANSWERED = fc.record({ kind: fc.constant("answered" as const), durationMs: fc.constantFrom(1, 999, 1_500, 2_001, 9_000) });
const FAILED = fc.record({
  kind: fc.constant("failed" as const),
  fault: fc.constantFrom<ReplicaFault[]>("connection", "connection", "timeout", "server_error"),
  message: fc.constant("no"),
});
const SEEN: fc.Arbitrary<Seen> = fc.tuple(fc.oneof(ANSWERED, FAILED), fc.constantFrom<SignalSource[]>("call", "check"));
const STORY = fc.array(SEEN, { maxLength: 40 });

/** The whole story told anew for every state: what a reader of the rules would work out on paper. */
function expected(story: readonly Seen[]): HealthState {
  let state: HealthState = "unknown";
  let trouble = 0;
  let slow = false;
  const tail: ("lost" | "fault")[] = [];
  for (const [signal, source] of story) {
    const bad: boolean = state === "unhealthy" || state === "unreachable";
    if (signal.kind === "answered") {
      tail.length = 0;
      trouble = bad ? 1 : Math.max(0, trouble - 1);
      if (source === "check") slow = signal.durationMs > (slow ? 1_000 : 2_000);
      state = trouble > 0 || slow ? "degraded" : "healthy";
      continue;
    }
    trouble = Math.min(8, trouble + 4);
    if (signal.fault === "connection") {
      tail.push("lost");
      const twice = tail.length > 1 && tail.at(-2) === "lost";
      if (source === "check" || twice) state = "unreachable";
      else if (!bad) state = "degraded";
    } else {
      for (let count = source === "check" ? 2 : 1; count > 0; count -= 1) tail.push("fault");
      state = tail.length >= 3 || bad || (state === "unknown" && source === "check") ? "unhealthy" : "degraded";
    }
  }
  return state;
}

test("whatever is seen, a replica is what the rules say, and from bad to healthy it takes two answers", () => {
  const property = fc.property(STORY, (story) => {
    let standing = UNSEEN;
    const states: HealthState[] = [standing.state];
    for (const [signal, source] of story) states.push((standing = afterSignal(standing, signal, source)).state);
    expect(states).toEqual([...story.keys(), story.length].map((length) => expected(story.slice(0, length))));
    const leaps = states.filter((state, place) => state === "healthy" && /^un(healthy|reachable)/.test(states[place - 1] ?? ""));
    expect(leaps).toEqual([]);
    expect(standing.trouble).toBeLessThanOrEqual(8);
    for (let answers = 0; answers < 8; answers += 1) standing = afterSignal(standing, { kind: "answered", durationMs: 5 }, "check");
    expect(standing.state).toBe("healthy");
  });
  fc.assert(property, { numRuns: 500 });
});

const SERVERS = ["a", "b", "c", "d"] as const;

type Event =
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "used" | "lost" | "up" | "down" | "hangs"; readonly server: (typeof SERVERS)[number] };

const EVENT: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
  fc.record({ type: fc.constantFrom("used" as const, "lost", "up", "down", "hangs"), server: fc.constantFrom(...SERVERS) }),
);

/** Servers that are there, are not, or never answer, and that count the checks that they see. */
class Weather {
  readonly clock = new ManualClock();
  readonly state = new Map<string, "up" | "down" | "hangs" | "forgotten">();
  readonly checked = new Map<string, number[]>();
  readonly open = new Map<string, number>();

  async check(server: string, signal: AbortSignal): Promise<ServerCheck> {
    this.checked.set(server, [...(this.checked.get(server) ?? []), this.clock.monotonicMs()]);
    const open = (this.open.get(server) ?? 0) + 1;
    this.open.set(server, open);
    if (open > 1) throw new Error(`${server} is checked twice at a time`);
    try {
      const state = this.state.get(server) ?? "up";
      if (state === "forgotten") throw new TuttiError("server.not-found", "there is none", { server });
      if (state === "down") throw new TuttiError("server.unavailable", "nobody is there", { server });
      if (state === "hangs") await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      return { server, protocolVersion: "2025-11-25", era: "legacy", toolCount: 0, connectMs: 1, responseMs: 1 };
    } finally {
      this.open.set(server, open - 1);
    }
  }

  /** Moves from timer to timer, and lets what a timer begins go as far as it can. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.monotonicMs() + ms;
    while ((this.clock.nextMs ?? Infinity) <= untilMs) {
      this.clock.step();
      await settled();
    }
    this.clock.advance(untilMs - this.clock.monotonicMs());
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("in any weather, only what was used is checked, each on its own, and what is there again is healthy soon", async () => {
  const property = fc.asyncProperty(fc.array(EVENT, { maxLength: 25 }), async (events) => {
    const weather = new Weather();
    const servers = new Map(SERVERS.map((name) => [name as string, serverConfig({ name })]));
    const used = new Set<string>();
    {
      await using monitor = new HealthMonitor({ connections: weather, servers, clock: weather.clock });
      for (const event of events) {
        if (event.type === "wait") await weather.pass(event.ms);
        else if (event.type === "used" || event.type === "lost") {
          used.add(event.server);
          const lost = { kind: "failed", fault: "connection", message: "lost" } as const;
          monitor.saw(event.server, event.type === "used" ? { kind: "answered", durationMs: 9 } : lost);
        } else weather.state.set(event.server, event.type);
        expect(Array.from(weather.checked.keys()).filter((server) => !used.has(server))).toEqual([]);
      }
      for (const server of SERVERS) weather.state.set(server, "up");
      await weather.pass(10 * 30_000);
      const hanging = SERVERS.filter((server) => (weather.open.get(server) ?? 0) > 0);
      const alive = SERVERS.filter((server) => used.has(server) && !hanging.includes(server));
      expect(alive.map((server) => monitor.stateOf(server))).toEqual(alive.map(() => "healthy"));
      for (const server of SERVERS) {
        const { changes, responses } = monitor.history(server);
        expect(changes.length).toBeLessThanOrEqual(50);
        expect(responses.length).toBeLessThanOrEqual(100);
        expect(changes.map(({ from }) => from)).toEqual(["unknown", ...changes.map(({ to }) => to)].slice(0, changes.length));
      }
    }
    expect(weather.clock.nextMs).toBeUndefined();
  });
  await fc.assert(property, { numRuns: 100 });
});

test("a replica that fell over is checked after 1, 2, 4 ... seconds up to the interval, and again in its interval once it is healthy", async () => {
  const weather = new Weather();
  const servers = new Map([["a", serverConfig({ name: "a", healthIntervalMs: 10_000 })]]);
  await using monitor = new HealthMonitor({ connections: weather, servers, clock: weather.clock });
  const startMs = weather.clock.monotonicMs();
  monitor.watch("a");
  await weather.pass(10_000);
  weather.state.set("a", "down");
  await weather.pass(46_000);
  weather.state.set("a", "up");
  await weather.pass(30_000);
  const seconds = (weather.checked.get("a") ?? []).map((ms) => (ms - startMs) / 1_000);
  expect(seconds).toEqual([10, 20, 21, 23, 27, 35, 45, 55, 65, 66, 76, 86]);
  expect(monitor.history("a").changes.map(({ from, to }) => [from, to])).toEqual([
    ["unknown", "healthy"],
    ["healthy", "unreachable"],
    ["unreachable", "degraded"],
    ["degraded", "healthy"],
  ]);
});

test("a check that hangs keeps neither the others from being checked nor the monitor from closing", async () => {
  const weather = new Weather();
  weather.state.set("a", "hangs");
  const servers = new Map(SERVERS.map((name) => [name as string, serverConfig({ name })]));
  await using monitor = new HealthMonitor({ connections: weather, servers, clock: weather.clock });
  for (const server of SERVERS) monitor.watch(server);
  await weather.pass(95_000);
  expect(SERVERS.map((server) => weather.checked.get(server)?.length)).toEqual([1, 3, 3, 3]);
});

test("what is remembered is bounded, and what is no longer configured is not checked any more", async () => {
  const weather = new Weather();
  const servers = new Map([["a", serverConfig({ name: "a", healthIntervalMs: 1_000 })]]);
  await using monitor = new HealthMonitor({ connections: weather, servers, clock: weather.clock });
  monitor.watch("a");
  for (let round = 0; round < 60; round += 1) {
    await weather.pass(5_000);
    weather.state.set("a", round % 2 === 0 ? "down" : "up");
  }
  expect(monitor.history("a")).toMatchObject({ changes: { length: 50 }, responses: { length: 100 } });
  weather.state.set("a", "forgotten");
  await weather.pass(10_000);
  expect(weather.clock.nextMs).toBeUndefined();
  expect(monitor.stateOf("a")).toBe("unknown");
});

test("no timer of a monitor keeps the process alive", () => {
  const kept: boolean[] = [];
  const after: Clock["after"] = (_, __, options) => {
    kept.push(options?.background !== true);
    return { [Symbol.dispose]: () => undefined };
  };
  const clock: Clock = { nowMs: () => 0, monotonicMs: () => 0, after };
  const monitor = new HealthMonitor({ connections: new Weather(), servers: new Map([["a", serverConfig({ name: "a" })]]), clock });
  monitor.watch("a");
  monitor.saw("a", { kind: "failed", fault: "connection", message: "lost" });
  expect(kept).toEqual([false, false]);
});
