import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { CallOutcome } from "../model/call.ts";
import type { RetryBudget, ServerConfig } from "../model/server.ts";
import type { CallStage, NextStage } from "./call-stage.ts";
import { spendRetryBudget } from "./retry-budget.ts";

const answers: NextStage = ({ request }) => Promise.resolve({ kind: "succeeded", output: request.attempt });

/** A stage whose hundred first tokens are spent. */
async function spent(retryBudget?: RetryBudget): Promise<{ clock: ManualClock; stage: CallStage; servers: Map<string, ServerConfig> }> {
  const clock = new ManualClock(0);
  const config = serverConfig(retryBudget === undefined ? {} : { retryBudget });
  const servers = new Map([config, { ...config, name: "other" }].map((server) => [server.name, server]));
  const stage = spendRetryBudget({ servers, clock });
  for (let call = 0; call < 100; call += 1) await stage(callOnItsWay({ attempt: 2 }, clock), answers);
  return { clock, stage, servers };
}

test("a repetition waits for its share of first attempts, which are never held up", async () => {
  const { clock, stage } = await spent({ share: 0.2, perSecond: 0 });
  const stages: string[] = [];
  const gate = { sending: () => Promise.resolve(), progress: () => undefined, stage: (name: string) => void stages.push(name) };
  const ended: string[] = [];
  const repetition = async (name: string): Promise<void> => {
    await stage(callOnItsWay({ attempt: 2 }, clock, { gate }), answers);
    ended.push(name);
  };
  const endings = [repetition("first"), repetition("second")];
  for (let attempt = 0; attempt < 4; attempt += 1) await stage(callOnItsWay({}, clock), answers);
  await nextTurn();
  expect({ stages, ended }).toEqual({ stages: ["waiting", "waiting"], ended: [] });
  await stage(callOnItsWay({}, clock), answers);
  await nextTurn();
  expect(ended).toEqual(["first"]);
  for (let attempt = 0; attempt < 5; attempt += 1) await stage(callOnItsWay({}, clock), answers);
  await Promise.all(endings);
  expect(ended).toEqual(["first", "second"]);
});

test("one more repetition goes with every second, and the time counts as waiting", async () => {
  const { clock, stage } = await spent({ share: 0.2, perSecond: 1 });
  const calls = [callOnItsWay({ attempt: 2 }, clock), callOnItsWay({ attempt: 3 }, clock)];
  const endings = calls.map(async (call) => await stage(call, answers));
  clock.advance(999);
  await nextTurn();
  expect(calls.map(({ record }) => record.trip()?.queuedMs)).toEqual([999, 999]);
  clock.advance(1);
  await endings[0];
  clock.advance(1_000);
  await endings[1];
  expect(calls.map(({ record }) => record.trip()?.queuedMs)).toEqual([1_000, 2_000]);
  expect(clock.nextMs).toBeUndefined();
});

test("a repetition that comes later does not go before those who wait, also when a token has just become free", async () => {
  const { clock, stage } = await spent({ share: 0, perSecond: 1 });
  const ended: string[] = [];
  const repetition = async (name: string): Promise<void> => {
    await stage(callOnItsWay({ attempt: 2 }, clock), answers);
    ended.push(name);
  };
  const second = Promise.withResolvers<void>();
  // Fires before the timer of whoever waits: the token is there, and nobody has been told yet.
  clock.after(1_000, () => second.resolve(repetition("second")));
  const first = repetition("first");
  clock.advance(1_000);
  await first;
  clock.advance(1_000);
  await second.promise;
  expect(ended).toEqual(["first", "second"]);
});

test("a budget that changes holds at once, also for those who wait", async () => {
  const { clock, stage, servers } = await spent({ share: 0, perSecond: 0 });
  const waiting = stage(callOnItsWay({ attempt: 2 }, clock), answers);
  clock.advance(60_000);
  servers.set("s", serverConfig({ retryBudget: { share: 1, perSecond: 0 } }));
  await stage(callOnItsWay({}, clock), answers);
  expect(await waiting).toMatchObject({ kind: "succeeded" });
});

test("servers do not pay for each other", async () => {
  const { clock, stage } = await spent();
  expect(await stage(callOnItsWay({ attempt: 2, server: "other" }, clock), answers)).toEqual({ kind: "succeeded", output: 2 });
});

test("a server that nobody knows has no budget, so that made-up names cost nothing", async () => {
  const { clock, stage } = await spent({ share: 0, perSecond: 0 });
  for (let call = 0; call < 200; call += 1) {
    const outcome = await stage(callOnItsWay({ attempt: 2, server: "made-up" }, clock), answers);
    expect(outcome.kind).toBe("succeeded");
  }
});

test("a call that is cancelled while it waits says why it waited, and leaves the next token to the others", async () => {
  const { clock, stage } = await spent();
  const stop = new AbortController();
  const ending = stage(callOnItsWay({ attempt: 2 }, clock, { signal: stop.signal }), answers);
  const other = stage(callOnItsWay({ attempt: 2 }, clock), answers);
  stop.abort(new Error("enough"));
  expect(await ending).toMatchObject({
    kind: "failed",
    accepted: false,
    error: {
      kind: "cancelled",
      message:
        'the call was cancelled while it waited to be repeated: only 20 % of the calls to server "s" and 10 in a second may be repetitions',
    },
  });
  clock.advance(1_000);
  expect(await other).toMatchObject({ kind: "succeeded" });
  expect(clock.nextMs).toBeUndefined();
});

test("a repetition that no server got costs nothing", async () => {
  const { clock, stage } = await spent();
  clock.advance(1_000);
  const error = { kind: "circuit_open", message: "open" } as const;
  const open: CallOutcome = { kind: "failed", accepted: false, error };
  for (let call = 0; call < 10; call += 1) {
    expect(await stage(callOnItsWay({ attempt: 2 }, clock), () => Promise.resolve(open))).toBe(open);
  }
});
