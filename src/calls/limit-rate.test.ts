import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { CallOutcome } from "../model/call.ts";
import type { RateLimit, RateLimits } from "../model/server.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { CallOnItsWay, NextStage } from "./call-stage.ts";
import { limitRate } from "./limit-rate.ts";

/** Sends each call at once, when a test does not do it, and remembers who was sent when. */
class Sent {
  readonly calls: string[] = [];
  readonly atMs: number[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  readonly next: NextStage = async (call) => {
    await call.gate.sending();
    call.gate.stage("sent");
    this.calls.push(`${call.meta.tenant ?? ""}${call.request.server}.${call.request.tool}`);
    this.atMs.push(this.#clock.monotonicMs());
    return { kind: "succeeded", output: null };
  };
}

function limited(rateLimits: RateLimits, more: { clients?: RateLimit; metrics?: Metrics } = {}) {
  const clock = new ManualClock(0);
  const servers = new Map([["s", serverConfig({ rateLimits })]]);
  const stage = limitRate({ servers, clock, ...more });
  const sent = new Sent(clock);
  const call = (tenant?: string, request: Partial<CallOnItsWay["request"]> = {}, own: Partial<CallOnItsWay> = {}) =>
    callOnItsWay({ meta: tenant === undefined ? {} : { tenant }, ...request }, clock, own);
  const send = (...about: Parameters<typeof call>): Promise<CallOutcome> => stage(call(...about), sent.next);
  return { clock, servers, stage, sent, call, send };
}

/** Lets time pass, a timer at a time, and everything that follows from it happen. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  const untilMs = clock.monotonicMs() + ms;
  await nextTurn();
  while (clock.nextMs !== undefined && clock.nextMs <= untilMs) {
    clock.step();
    await nextTurn();
  }
  clock.advance(untilMs - clock.monotonicMs());
}

test("a server without limits gets calls as they come", async () => {
  const { stage, call } = limited({});
  const given = call();
  const next: NextStage = (further) => Promise.resolve({ kind: "succeeded", output: further === given });
  expect(await stage(given, next)).toEqual({ kind: "succeeded", output: true });
});

test("nobody overtakes a call whose time has come, although its timer is late", async () => {
  const { clock, sent, send } = limited({ calls: { count: 1, perMs: 1_000 } });
  await send("first");
  const late = Promise.withResolvers<CallOutcome>();
  // Fires at the same moment as the timer of the call that waits, and before it.
  clock.after(1_010, () => late.resolve(send("late")));
  const waiting = send("waiting");
  await pass(clock, 3_000);
  await Promise.all([waiting, late.promise]);
  expect(sent.calls).toEqual(["firsts.t", "waitings.t", "lates.t"]);
});

test("what is too much waits, says so, and goes as soon as the oldest call is a whole span ago", async () => {
  const counted: string[] = [];
  const metrics: Metrics = {
    count: (name, { server }) => counted.push(`${name} ${server}`),
    record: () => undefined,
    observe: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const { clock, sent, send, call, stage } = limited({ calls: { count: 2, perMs: 1_000 } }, { metrics });
  await send();
  await pass(clock, 300);
  await send();
  const stages: string[] = [];
  const gate = { sending: () => Promise.resolve(), progress: () => undefined, stage: (name: string) => void stages.push(name) };
  const waiting = call(undefined, {}, { gate });
  const ending = stage(waiting, sent.next);
  await pass(clock, 709);
  expect(stages).toEqual(["waiting"]);
  await pass(clock, 1);
  await ending;
  expect(stages).toEqual(["waiting", "sent"]);
  expect(sent.atMs).toEqual([0, 300, 1_010]);
  expect(waiting.record.trip()?.queuedMs).toBe(710);
  expect(counted).toEqual(["tutti_rate_limited_total s"]);
  expect(clock.nextMs).toBeUndefined();
});

test("calls that had their turns and then waited for a place do not go all at once with those that come later", async () => {
  const { clock, stage, sent, call } = limited({ calls: { count: 3, perMs: 1_000 } });
  const places: (() => void)[] = [];
  const lateNext: NextStage = async (further) => {
    await new Promise<void>((resolve) => places.push(resolve));
    return await sent.next(further);
  };
  const endings = Array.from({ length: 6 }, () => stage(call(), lateNext));
  await pass(clock, 5_000);
  expect(places.length).toBe(3);
  for (const place of places.splice(0)) place();
  await pass(clock, 1_009);
  expect(places.length).toBe(0);
  await pass(clock, 1);
  for (const place of places.splice(0)) place();
  await Promise.all(endings);
  expect(sent.atMs).toEqual([5_000, 5_000, 5_000, 6_010, 6_010, 6_010]);
});

test("one client with many calls does not keep the others from theirs", async () => {
  const { clock, sent, send } = limited({ calls: { count: 1, perMs: 100 } });
  const endings = [...Array.from({ length: 20 }, () => send("greedy-")), send("a-"), send("b-"), send("b-")];
  await pass(clock, 110 * 6);
  expect(sent.calls.slice(0, 7)).toEqual(["greedy-s.t", "greedy-s.t", "a-s.t", "b-s.t", "greedy-s.t", "b-s.t", "greedy-s.t"]);
  await pass(clock, 110 * 20);
  await Promise.all(endings);
  expect(sent.calls.length).toBe(23);
});

test("each client has its own share where the configuration says so, users of one tenant too", async () => {
  const { clock, sent, send } = limited({ perClient: { count: 1, perMs: 1_000 } });
  const of = (userId: string): Promise<CallOutcome> => send("x", { meta: { tenant: "x-", security: { userId } } });
  const endings = [of("ann"), of("ann"), of("bob"), send("y-"), send("y-"), send(), send()];
  await pass(clock, 0);
  expect(sent.calls.length).toBe(4);
  await pass(clock, 1_010);
  await Promise.all(endings);
  expect(sent.calls.length).toBe(7);
});

test("a tool that has to wait does not hold up other tools, and whoever needs two limits gets both in the end", async () => {
  const { clock, sent, send } = limited({ calls: { count: 2, perMs: 100 }, tools: { rare: { count: 1, perMs: 1_000 } } });
  const endings = [send("a-", { tool: "rare" }), send("a-", { tool: "rare" }), send("a-", { tool: "often" })];
  await pass(clock, 0);
  expect(sent.calls).toEqual(["a-s.rare", "a-s.often"]);
  // From here on there are always more calls than the server may get.
  for (let round = 0; round < 40; round += 1) {
    endings.push(send("b-"), send("c-"), send("b-"));
    await pass(clock, 50);
  }
  await pass(clock, 10_000);
  await Promise.all(endings);
  const rareMs = sent.calls.flatMap((name, place) => (name === "a-s.rare" ? [sent.atMs[place]] : []));
  expect(rareMs[0]).toBe(0);
  expect(rareMs[1]).toBeLessThan(1_200);
});

test("a client has one limit for all servers together", async () => {
  const { clock, sent, send } = limited({}, { clients: { count: 2, perMs: 1_000 } });
  const endings = [send("a-"), send("a-", { server: "other" }), send("a-"), send("b-", { server: "other" })];
  await pass(clock, 0);
  expect(sent.calls).toEqual(["a-s.t", "a-other.t", "b-other.t"]);
  await pass(clock, 1_010);
  await Promise.all(endings);
});

test("a call that is cancelled while it waits leaves at once, says what it waited for, and takes no turn", async () => {
  const { clock, send } = limited({ calls: { count: 1, perMs: 60_000 }, perClient: { count: 10, perMs: 1_000 } });
  await send();
  const stop = new AbortController();
  const ending = send(undefined, {}, { signal: stop.signal });
  const second = send();
  stop.abort(new Error("enough"));
  expect(await ending).toMatchObject({
    kind: "failed",
    accepted: false,
    error: {
      kind: "cancelled",
      message:
        'the call was cancelled while it waited for its turn: server "s" gets 1 call in 1m, server "s" gets 10 calls in 1s from each client',
    },
  });
  await pass(clock, 60_010);
  expect(await second).toMatchObject({ kind: "succeeded" });
  expect(clock.nextMs).toBeUndefined();
});

test("what was not sent takes nothing from others, and what may have been sent does", async () => {
  const { clock, sent, send, stage, call } = limited({ calls: { count: 1, perMs: 1_000 } });
  const end = (outcome: CallOutcome) => () => Promise.resolve(outcome);
  const error = { kind: "circuit_open", message: "open" } as const;
  await stage(call(), end({ kind: "failed", accepted: false, error }));
  await send();
  const waiting = send();
  await pass(clock, 1_010);
  await waiting;
  await pass(clock, 1_010);
  await stage(call(), end({ kind: "unknown", error: { kind: "connection", message: "lost" } }));
  const last = send();
  await pass(clock, 1_009);
  expect(sent.atMs).toEqual([0, 1_010]);
  await pass(clock, 1);
  await last;
});

test("a replica that gets a call as well counts as well", async () => {
  const { clock, sent, send, stage, call } = limited({ calls: { count: 2, perMs: 1_000 } });
  await stage(call(), async (further) => {
    further.gate.stage("sent");
    return await sent.next(further);
  });
  const waiting = send();
  await pass(clock, 1_009);
  expect(sent.atMs).toEqual([0]);
  await pass(clock, 1);
  await waiting;
});

test("limits that change hold from the next call on, and those who wait still get their turns", async () => {
  const { clock, servers, sent, send } = limited({ calls: { count: 1, perMs: 1_000 } });
  const endings = [send(), send()];
  servers.set("s", serverConfig({ rateLimits: { calls: { count: 2, perMs: 1_000 } } }));
  endings.push(send(), send(), send());
  await pass(clock, 0);
  expect(sent.calls.length).toBe(3);
  await pass(clock, 1_010);
  await Promise.all(endings);
  expect(sent.calls.length).toBe(5);
});

test("a client that waits for its server long after its own span keeps its own limit", async () => {
  const { clock, sent, send } = limited({ calls: { count: 100, perMs: 10_000 }, perClient: { count: 1, perMs: 1_000 } });
  const endings = Array.from({ length: 100 }, (_, client) => send(`c${client}-`));
  endings.push(send("slow-"));
  await pass(clock, 9_000);
  for (let client = 0; client < 50; client += 1) endings.push(send(`d${client}-`));
  endings.push(send("slow-"));
  await pass(clock, 1_010);
  expect(sent.calls.filter((name) => name === "slow-s.t").length).toBe(1);
  await pass(clock, 1_010);
  expect(sent.calls.filter((name) => name === "slow-s.t").length).toBe(2);
  await pass(clock, 60_000);
  await Promise.all(endings);
});
