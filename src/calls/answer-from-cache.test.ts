import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import type { CallOnItsWay, NextStage } from "./call-stage.ts";

/** A cache before a server whose answers a test gives. */
function cached({ ofUser = false } = {}) {
  const clock = new ManualClock();
  const counted: Record<string, number> = {};
  const metrics: Metrics = {
    count: (_, { result = "" }) => void (counted[result] = (counted[result] ?? 0) + 1),
    record: () => undefined,
    observe: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const stage = answerFromCache(clock, { tellsWhoAsks: () => ofUser }, metrics);
  const made: { readonly call: CallOnItsWay; readonly answer: (outcome: CallOutcome) => void }[] = [];
  const next: NextStage = async (call) => {
    try {
      await call.gate.sending();
    } catch {
      return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "no longer wanted" } };
    }
    call.gate.stage("sent");
    return await new Promise<CallOutcome>((resolve) => {
      made.push({ call, answer: resolve });
      call.signal.addEventListener("abort", () => resolve(CANCELLED));
    });
  };
  const ask = (request: Partial<CallRequest> = {}, more: Partial<CallOnItsWay> = {}): Promise<CallOutcome> =>
    stage(callOnItsWay({ cacheTtlMs: 1_000, ...request }, clock, more), next);
  return { clock, counted, made, ask };
}

const CANCELLED: CallOutcome = { kind: "unknown", error: { kind: "cancelled", message: "the server was told to stop" } };
const ANSWER: CallOutcome = { kind: "succeeded", output: { n: 1 } };
const gate = (more: Partial<CallGate>): CallGate => ({
  sending: () => Promise.resolve(),
  progress: () => undefined,
  stage: () => undefined,
  ...more,
});

test("a thousand that ask the same at once are one call, and all get its answer", async () => {
  const { made, ask, counted } = cached();
  const answers = Array.from({ length: 1_000 }, () => ask());
  await nextTurn();
  expect(made.length).toBe(1);
  made[0]?.answer(ANSWER);
  expect(new Set(await Promise.all(answers))).toEqual(new Set([ANSWER]));
  expect(await ask()).toEqual({ ...ANSWER, source: "cache" });
  expect(counted).toEqual({ miss: 1, shared: 999, hit: 1 });
});

test.each<[string, Partial<CallRequest>, Partial<CallRequest>]>([
  ["tool", { tool: "a" }, { tool: "b" }],
  ["arguments", { input: { n: 1 } }, { input: { n: 2 } }],
  ["tenant", { meta: { tenant: "a" } }, { meta: { tenant: "b" } }],
  ["tenant or none", { meta: { tenant: "a" } }, {}],
  ["secret", { secrets: [{ path: ["n"], parts: [{ secret: "TOKEN" }] }] }, { secrets: [] }],
])("calls of another %s are others", async (_, one, other) => {
  const { made, ask } = cached();
  const answers = [ask(one), ask(other)];
  await nextTurn();
  for (const { answer } of made) answer(ANSWER);
  await Promise.all(answers);
  expect(made.length).toBe(2);
});

test.each([
  [true, 2],
  [false, 1],
])("users of one tenant have answers of their own where the server gets to know them: %s", async (ofUser, calls) => {
  const { made, ask } = cached({ ofUser });
  const answers = ["ann", "bob"].map((userId) => ask({ meta: { tenant: "x", security: { userId } } }));
  await nextTurn();
  for (const { answer } of made) answer(ANSWER);
  await Promise.all(answers);
  expect(made.length).toBe(calls);
});

test.each(["idempotent", "once"] as const)(
  "a call that is %s is made each time, and is not given as an old answer either",
  async (effect) => {
    const { made, ask } = cached();
    const answers = [ask({ effect }), ask({ effect })];
    await nextTurn();
    expect(made.length).toBe(2);
    for (const { answer } of made) answer(ANSWER);
    await Promise.all(answers);
    expect(await ask({ effect, staleOnly: true })).toMatchObject({ kind: "failed", accepted: false });
  },
);

test("a failure is that of all who waited, and the next one asks anew", async () => {
  const { made, ask } = cached();
  const failure: CallOutcome = { kind: "failed", accepted: true, error: { kind: "server_error", message: "500" } };
  const answers = [ask(), ask()];
  await nextTurn();
  made[0]?.answer(failure);
  expect(await Promise.all(answers)).toEqual([failure, failure]);
  const later = ask();
  await nextTurn();
  made[1]?.answer(ANSWER);
  expect(await later).toEqual(ANSWER);
});

test("a part of an answer is given to those who waited for it as a part, and to nobody else", async () => {
  const { made, ask } = cached();
  const error = { type: "External", code: "EXTERNAL_ERROR", message: "half of it", httpStatusCode: 504 } as const;
  const part: CallOutcome = { kind: "succeeded", output: [1], answer: { meta: {}, error } };
  const answers = [ask(), ask()];
  await nextTurn();
  made[0]?.answer(part);
  expect(await Promise.all(answers)).toEqual([part, part]);
  const later = ask();
  await nextTurn();
  expect(made.length).toBe(2);
  made[1]?.answer(ANSWER);
  await later;
});

test("who leaves leaves alone; the call is cancelled when the last one does, who gets what became of it", async () => {
  const { made, ask } = cached();
  const stops = [new AbortController(), new AbortController(), new AbortController()];
  const answers = stops.map(({ signal }) => ask({}, { signal }));
  await nextTurn();
  stops[0]?.abort(new Error("enough"));
  // It was sent for this one.
  expect(await answers[0]).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  stops[1]?.abort(new Error("enough"));
  expect(await answers[1]).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  expect(made[0]?.call.signal.aborted).toBe(false);
  stops[2]?.abort(new Error("enough"));
  expect(made[0]?.call.signal.aborted).toBe(true);
  const newcomer = ask();
  expect(await answers[2]).toEqual(CANCELLED);
  await nextTurn();
  expect(made.length).toBe(2);
  made[1]?.answer(ANSWER);
  expect(await newcomer).toEqual(ANSWER);
});

test("the first one may leave before the call is sent: it is then sent for another who waits", async () => {
  const { made, ask } = cached();
  const asked: string[] = [];
  const refusing = gate({
    sending: async () => {
      asked.push("first");
      await nextTurn();
      throw new Error("the execution is ending");
    },
  });
  const first = ask({}, { gate: refusing });
  const second = ask({}, { gate: gate({ sending: async () => void asked.push("second") }) });
  expect(await first).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  await nextTurn();
  made[0]?.answer(ANSWER);
  expect(await second).toEqual(ANSWER);
  expect(asked).toEqual(["first", "second"]);
  const alone = ask({ input: { n: 2 } }, { gate: refusing });
  expect(await alone).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  expect(made.length).toBe(1);
});

test("who comes when the last one has just said no asks anew", async () => {
  const { made, ask } = cached();
  const newcomers: Promise<CallOutcome>[] = [];
  const refusing = gate({
    sending: () => {
      const no = Promise.reject(new Error("the execution is ending"));
      // Comes as soon as the call knows of the no, and before it has come to its end.
      void no.catch(() => queueMicrotask(() => newcomers.push(ask())));
      return no;
    },
  });
  expect(await ask({}, { gate: refusing })).toMatchObject({ kind: "failed", accepted: false });
  await nextTurn();
  made[0]?.answer(ANSWER);
  expect(await Promise.all(newcomers)).toEqual([ANSWER]);
});

test("all who wait see how far the call is, also those who come late, and their time counts as waiting", async () => {
  const { made, ask, clock } = cached();
  const seen: string[] = [];
  const watching = (name: string): CallGate =>
    gate({ stage: (stage) => seen.push(`${name} ${stage}`), progress: ({ progress }) => seen.push(`${name} ${progress}`) });
  const first = ask({}, { gate: watching("first") });
  await nextTurn();
  const late = callOnItsWay({ cacheTtlMs: 1_000 }, clock, { gate: watching("late") });
  const second = ask({}, late);
  made[0]?.call.gate.progress({ progress: 7 });
  clock.advance(250);
  made[0]?.answer(ANSWER);
  await Promise.all([first, second]);
  expect(seen).toEqual(["first sent", "late sent", "first 7", "late 7"]);
  expect(late.record.trip()).toMatchObject({ queuedMs: 250 });
});

test("who has much more time than the one for whom the call is made does not depend on it", async () => {
  const { made, ask } = cached();
  const answers = [ask({ timeoutMs: 1_000 }), ask({ timeoutMs: 2_000 }), ask({ timeoutMs: 2_001 }), ask({ timeoutMs: 3_000 })];
  await nextTurn();
  expect(made.map(({ call }) => call.request.timeoutMs)).toEqual([1_000, 2_001]);
  for (const { answer } of made) answer(ANSWER);
  expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"]);
});

test("an answer is fresh for as long as the step says, and old after that for whoever wants no more", async () => {
  const { made, ask, clock, counted } = cached();
  const first = ask();
  await nextTurn();
  made[0]?.answer(ANSWER);
  await first;
  clock.advance(999);
  expect(await ask()).toEqual({ ...ANSWER, source: "cache" });
  clock.advance(1);
  expect(await ask({ staleOnly: true })).toEqual({ ...ANSWER, source: "stale_cache" });
  expect(counted).toEqual({ miss: 1, hit: 1, stale: 1 });
  const again = ask();
  await nextTurn();
  expect(made.length).toBe(2);
  made[1]?.answer(ANSWER);
  await again;
});
