import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerFromCache } from "../../src/calls/answer-from-cache.ts";
import { askToSend } from "../../src/calls/ask-to-send.ts";
import type { NextStage } from "../../src/calls/call-stage.ts";
import type { CallOutcome } from "../../src/model/call.ts";
import { callOnItsWay } from "../support/call-on-its-way.ts";
import { ManualClock } from "../support/manual-clock.ts";

const ACTION = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("ask" as const), wanted: fc.boolean(), question: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("leave" as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("answer" as const), fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ type: "turn" } as const) },
);

const FAILURE: CallOutcome = { kind: "failed", accepted: true, error: { kind: "server_error", message: "500" } };
const CANCELLED: CallOutcome = { kind: "unknown", error: { kind: "cancelled", message: "told to stop" } };

interface Asker {
  readonly question: number;
  readonly wanted: boolean;
  readonly stop: AbortController;
  outcome: CallOutcome | undefined;
}

interface Made {
  readonly question: number;
  readonly signal: AbortSignal;
  readonly answer: (outcome: CallOutcome) => void;
}

test("whoever asks, leaves or is no longer wanted whenever, all get an end, and the same is never asked twice at once", async () => {
  const seen = { shared: 0, aborted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(ACTION, { maxLength: 40, size: "max" }), async (actions) => {
      const stage = answerFromCache(new ManualClock(), { tellsWhoAsks: () => false });
      const underWay = new Set<Made>();
      const mostAtOnce: number[] = [];
      const send: NextStage = async ({ request, gate, signal }) => {
        gate.stage("sent");
        return await new Promise<CallOutcome>((resolve) => {
          const question = Number(request.input["question"]);
          const made: Made = { question, signal, answer: (outcome) => resolve(underWay.delete(made) ? outcome : CANCELLED) };
          underWay.add(made);
          mostAtOnce.push([...underWay].filter((other) => other.question === question && !other.signal.aborted).length);
          const stopped = (): void => made.answer(CANCELLED);
          if (signal.aborted) stopped();
          else signal.addEventListener("abort", stopped);
        });
      };
      const askers: Asker[] = [];
      const ask = (question: number, wanted: boolean): void => {
        const stop = new AbortController();
        const asker: Asker = { question, wanted, stop, outcome: undefined };
        const sending = (): Promise<void> => (wanted ? Promise.resolve() : Promise.reject(new Error("no longer wanted")));
        const gate = { sending, progress: () => undefined, stage: () => undefined };
        // So that no answer is kept: this is about those that are on their way.
        const call = callOnItsWay({ input: { question }, cacheTtlMs: 0 }, undefined, { gate, signal: stop.signal });
        void stage(call, (further) => askToSend(further, send)).then((outcome) => void (asker.outcome = outcome));
        askers.push(asker);
      };
      for (const action of actions) {
        if (action.type === "ask") ask(action.question, action.wanted);
        else if (action.type === "leave") askers[action.which % Math.max(1, askers.length)]?.stop.abort(new Error("enough"));
        else if (action.type === "answer") [...underWay][0]?.answer(action.fails ? FAILURE : { kind: "succeeded", output: 1 });
        else await nextTurn();
        const forNobody = [...underWay].filter(
          ({ question, signal }) =>
            !signal.aborted &&
            !askers.some((asker) => asker.question === question && asker.outcome === undefined && !asker.stop.signal.aborted),
        );
        expect(forNobody).toEqual([]);
        seen.shared += askers.filter(({ outcome }) => outcome === undefined).length - underWay.size > 1 ? 1 : 0;
      }
      for (let turn = 0; turn < 3; turn += 1) {
        await nextTurn();
        for (const { answer } of underWay) answer({ kind: "succeeded", output: 2 });
      }
      await nextTurn();
      expect(askers.filter(({ outcome }) => outcome === undefined)).toEqual([]);
      expect(Math.max(0, ...mostAtOnce)).toBeLessThanOrEqual(1);
      // Who wants it and stays is not cancelled for the sake of others.
      const wronged = askers.filter(({ wanted, stop, outcome }) => wanted && !stop.signal.aborted && isCancelled(outcome));
      expect(wronged).toEqual([]);
      seen.aborted += askers.filter(({ stop }) => stop.signal.aborted).length;
      seen.refused += askers.filter(({ wanted, outcome }) => !wanted && isCancelled(outcome)).length;
    }),
    { numRuns: 300 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});

function isCancelled(outcome: CallOutcome | undefined): boolean {
  return outcome !== undefined && outcome.kind !== "succeeded" && outcome.error.kind === "cancelled";
}
