import { getEventListeners } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallErrorKind, CallOutcome } from "../../src/model/call.ts";
import type { Effect } from "../../src/model/workflow.ts";
import { type CallInHand, DONE, ReplicaRig, replicated, type RigCall } from "../support/replica-rig.ts";

test("calls are spread over the replicas of the best tier within one of even, one after the other and side by side", async () => {
  const crowd = fc.record({
    tiers: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 5 }),
    waves: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(crowd, async ({ tiers, waves }) => {
      const rig = new ReplicaRig({ ...replicated(...tiers), maxConcurrentCalls: 12 }, 1_000);
      const counts = new Map<string, number>();
      for (const wave of waves) {
        const calls = Array.from({ length: wave }, () => rig.call());
        await rig.settle();
        for (const call of rig.sent.splice(0)) {
          counts.set(call.connection, (counts.get(call.connection) ?? 0) + 1);
          call.answer(DONE);
        }
        await Promise.all(calls.map(({ outcome }) => outcome));
      }
      const best = tiers.filter((tier) => tier === Math.min(...tiers)).length;
      const total = waves.reduce((sum, wave) => sum + wave, 0);
      const spread = [...counts.values()];
      expect(spread.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(spread.every((count) => Math.abs(count - total / best) < 1)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

interface RandomCall {
  readonly effect: Effect;
  readonly afterMs: number;
  readonly gpu: number;
  readonly patienceMs: number | undefined;
}

interface RandomEnd {
  readonly kind: "succeeds" | "refused" | "lost" | "busy" | "says no" | "hangs";
  readonly afterMs: number;
}

const randomCall: fc.Arbitrary<RandomCall> = fc.record({
  effect: fc.constantFrom<Effect>("read", "idempotent", "once"),
  afterMs: fc.integer({ min: 0, max: 30 }),
  gpu: fc.integer({ min: 0, max: 1 }),
  patienceMs: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined, freq: 3 }),
});
const randomEnd: fc.Arbitrary<RandomEnd> = fc.record({
  kind: fc.constantFrom("succeeds", "succeeds", "succeeds", "refused", "lost", "busy", "says no", "hangs"),
  afterMs: fc.integer({ min: 0, max: 120 }),
});
const randomStorm = fc.record({
  tiers: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
  places: fc.integer({ min: 1, max: 3 }),
  hedged: fc.boolean(),
  calls: fc.array(randomCall, { minLength: 1, maxLength: 30 }),
  ends: fc.array(randomEnd, { minLength: 1, maxLength: 20 }),
});

test(
  "whatever replicas do, no call acts twice, none goes to a replica twice, and nothing is held in the end",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(randomStorm, async ({ tiers, places, hedged, calls, ends }) => {
        const config = {
          ...replicated(...tiers),
          maxConcurrentCalls: places,
          resources: { gpu: 1 },
          ...(hedged ? { hedgeAfterMs: 50 } : {}),
        };
        const rig = new ReplicaRig(config, 6);
        const made: RigCall[] = [];
        const signals: AbortSignal[] = [];
        let atMs = 0;
        for (const [index, { effect, afterMs, gpu, patienceMs }] of calls.entries()) {
          atMs += afterMs;
          rig.clock.after(atMs, () => {
            const patience = new AbortController();
            signals.push(patience.signal);
            made.push(rig.call({ call: { step: `c${index}` }, executionId: `e${index % 3}`, effect, resources: { gpu } }, patience.signal));
            if (patienceMs !== undefined) rig.clock.after(patienceMs, () => patience.abort(new Error("enough")));
          });
        }
        const answers = new Map<string, CallOutcome[]>();
        const route = new Map<string, string[]>();
        let seen = 0;
        let mostHeld = 0;
        do {
          await rig.settle();
          mostHeld = Math.max(mostHeld, rig.held);
          for (const call of rig.sent.slice(seen)) {
            const { step } = call.request.call;
            route.set(step, [...(route.get(step) ?? []), call.connection]);
            endLater(rig, call, { end: ends[seen % ends.length], answers });
            seen += 1;
          }
        } while (rig.clock.step());
        const outcomes = await Promise.all(made.map(({ outcome }) => outcome));
        expect(outcomes).toHaveLength(calls.length);
        expect(mostHeld).toBeLessThanOrEqual(Math.min(6, places * tiers.length));
        expect([rig.held, [...rig.admission.waiting()], rig.clock.nextMs]).toEqual([0, [], undefined]);
        expect(signals.flatMap((signal) => getEventListeners(signal, "abort"))).toEqual([]);
        expect([...route.values()].filter((connections) => new Set(connections).size < connections.length)).toEqual([]);
        expect(calls.flatMap(({ effect }, index) => (effect === "once" ? toldTwice(answers.get(`c${index}`) ?? []) : []))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
);

function endLater(
  rig: ReplicaRig,
  call: CallInHand,
  { end, answers }: { end: RandomEnd | undefined; answers: Map<string, CallOutcome[]> },
): void {
  const { step } = call.request.call;
  const outcome = outcomeOf(end?.kind ?? "succeeds");
  answers.set(step, [...(answers.get(step) ?? []), outcome]);
  rig.clock.after(end?.kind === "hangs" ? 5_000 : (end?.afterMs ?? 0), () => call.answer(outcome));
}

function outcomeOf(kind: RandomEnd["kind"]): CallOutcome {
  const failed = (error: CallErrorKind, accepted: boolean): CallOutcome => ({
    kind: "failed",
    accepted,
    error: { kind: error, message: kind },
  });
  switch (kind) {
    case "succeeds":
      return DONE;
    case "refused":
      return failed("connection", false);
    case "busy":
      return failed("rate_limit", false);
    case "says no":
      return failed("tool_error", true);
    case "lost":
      return { kind: "unknown", error: { kind: "connection", message: kind } };
    case "hangs":
      return { kind: "unknown", error: { kind: "timeout", message: kind } };
  }
}

/** Whatever follows something that may have acted. */
function toldTwice(outcomes: readonly CallOutcome[]): readonly CallOutcome[] {
  const acted = outcomes.findIndex((outcome) => outcome.kind !== "failed" || outcome.accepted);
  return acted === -1 ? [] : outcomes.slice(acted + 1);
}
