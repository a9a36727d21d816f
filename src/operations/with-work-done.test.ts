import { expect, test } from "vitest";
import { planOf } from "../../test/support/plan-of.ts";
import { newState } from "../engine/execution-state.ts";
import type { ExecutionState } from "../engine/execution-state.ts";
import { fold } from "../engine/fold.ts";
import type { EventBody, ReusedStep } from "../model/event.ts";
import { withWorkDone } from "./with-work-done.ts";

const CATALOG = {
  worker: {
    name: "worker",
    tools: [{ name: "act", inputSchema: { type: "object" } }],
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
  },
};

function stateAfter(steps: string, events: readonly EventBody[]): ExecutionState {
  const state = newState(planOf(`id: w\nsteps: ${steps}`, CATALOG), "e");
  const started: EventBody = { type: "execution-started", workflowId: "w", planHash: "", inputs: {} };
  [started, ...events].forEach((event, place) => fold(state, { ...event, seq: place + 1, atMs: place }));
  return state;
}

const on = (machine: string) => ({ trip: { machine, queuedMs: 0, serverMs: 1, overheadMs: 0 } });
const REUSED: ReusedStep = { step: "s", output: 1 };

test("what is taken over remembers on which machine it was done, so that it is undone there", () => {
  const started: EventBody = { type: "call-started", call: { step: "s" }, attempt: 1, input: {} };
  const done: EventBody = { type: "call-succeeded", call: { step: "s" }, output: 1, ...on("gpu-1") };
  const earlier = stateAfter("[{ id: s, tool: worker.act }]", [started, done]);
  const [taken] = withWorkDone([REUSED], earlier);
  expect(taken).toEqual({ ...REUSED, machine: "gpu-1" });
  const again = stateAfter("[{ id: s, tool: worker.act }]", []);
  expect(again.done).toEqual([]);
  const started2: EventBody = {
    type: "execution-started",
    workflowId: "w",
    planHash: "",
    inputs: {},
    reused: taken === undefined ? [] : [taken],
  };
  const next = newState(again.plan, "e-2");
  fold(next, { ...started2, seq: 1, atMs: 0 });
  expect(next.done).toEqual([{ step: 0, machine: "gpu-1" }]);
});

test("of a list each item is undone where it was done", () => {
  const call = (item: number): readonly EventBody[] => [
    { type: "call-started", call: { step: "s", item }, attempt: 1, input: {} },
    { type: "call-succeeded", call: { step: "s", item }, output: item, ...on(item === 0 ? "local" : "gpu-2") },
  ];
  const begun: EventBody = { type: "step-started", step: "s", items: [1, 2] };
  const earlier = stateAfter("[{ id: s, tool: worker.act, for_each: [1, 2] }]", [
    begun,
    ...call(0),
    ...call(1),
    { type: "step-completed", step: "s" },
  ]);
  expect(withWorkDone([REUSED], earlier)).toEqual([
    { ...REUSED, items: { values: [1, 2], failed: 0, done: [0, 1], machines: { "1": "gpu-2" } } },
  ]);
});
