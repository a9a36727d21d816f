import { expect, test } from "vitest";
import { planOf } from "../../test/support/plan-of.ts";
import { present } from "../base/assert.ts";
import type { CallError, CallRef, CallTrip, MachineChoice } from "../model/call.ts";
import type { EventBody } from "../model/event.ts";
import type { Catalog } from "../model/tool.ts";
import type { ToolUse } from "../model/workflow.ts";
import { type ExecutionState, newState } from "./execution-state.ts";
import { fold } from "./fold.ts";
import { machinesFor } from "./machines-for.ts";

const tools = ["act", "find", "undo"].map((name) => ({ name, inputSchema: { type: "object" } }));
const CATALOG: Catalog = Object.fromEntries(
  ["worker", "books"].map((name) => [name, { name, tools, honoursIdempotencyKey: true, effects: {}, requires: {} }]),
);
const use = (server: string, tool: string): ToolUse => ({ server, tool, with: {} });
const LOST: CallError = { kind: "connection", message: "lost" };
const TRIP: CallTrip = { machine: "a", queuedMs: 0, serverMs: 1, overheadMs: 0 };
const STARTED: EventBody = { type: "call-started", call: { step: "s" }, attempt: 1, server: "worker", tool: "act", input: {} };
const sent = (machine?: string): EventBody => ({ type: "call-sent", call: { step: "s" }, ...(machine === undefined ? {} : { machine }) });
const UNANSWERED: EventBody = { type: "call-failed", call: { step: "s" }, error: LOST, retryAtMs: 1, unanswered: true };
const REFUSED: EventBody = { type: "call-failed", call: { step: "s" }, error: LOST, retryAtMs: 1 };
const DOUBT: EventBody = { type: "call-in-doubt", call: { step: "s" }, error: LOST };
const DONE: EventBody = { type: "call-succeeded", call: { step: "s" }, output: 1, trip: TRIP };
const BOTH: MachineChoice = { targets: ["a", "b"], others: [] };
const ONLY_A: MachineChoice = { targets: ["a"], others: [] };

/** An execution in which this has happened to a call on `a` or `b`; it is being undone when that has begun. */
function stateAfter(keys: string, events: readonly EventBody[]): ExecutionState {
  const compensate = "compensate: { tool: worker.undo }, verify: { tool: worker.find, happened: output.ok }";
  const plan = planOf(`id: w\nsteps: [{ id: s, tool: worker.act, effect: once, ${compensate}${keys} }]`, CATALOG);
  const state = newState(plan, "e");
  const started: EventBody = { type: "execution-started", workflowId: "w", planHash: "", inputs: {} };
  [started, ...events].forEach((event, place) => fold(state, { ...event, seq: place + 1, atMs: place }));
  return state;
}

const TARGETS = ", target_machines: [a, b]";
interface Case {
  readonly name: string;
  readonly keys?: string;
  readonly events?: readonly EventBody[];
  readonly role?: "verify";
  readonly tool?: ToolUse;
  readonly machines: MachineChoice | undefined;
}

const CASES: readonly Case[] = [
  { name: "a step that says nothing asks for no machine", machines: undefined },
  { name: "a step that names some goes to one of them", keys: TARGETS, machines: BOTH },
  { name: "others come after those", keys: ', target_machines: a, other_machines: "*"', machines: { targets: ["a"], others: ["*"] } },
  {
    name: "what was not answered is repeated where the key is known",
    keys: TARGETS,
    events: [STARTED, sent("a"), UNANSWERED],
    machines: ONLY_A,
  },
  {
    name: "also where that is this machine",
    keys: TARGETS,
    events: [STARTED, sent(), UNANSWERED],
    machines: { targets: ["local"], others: [] },
  },
  { name: "also where the step says nothing", events: [STARTED, sent("a"), UNANSWERED], machines: ONLY_A },
  { name: "what was not begun is repeated anywhere", keys: TARGETS, events: [STARTED, sent("a"), REFUSED], machines: BOTH },
  {
    name: "what is in doubt is looked for where it was sent",
    keys: TARGETS,
    events: [STARTED, sent("a"), DOUBT],
    role: "verify",
    tool: use("worker", "find"),
    machines: ONLY_A,
  },
  {
    name: "but books of another server are where they are",
    keys: TARGETS,
    events: [STARTED, sent("a"), DOUBT],
    role: "verify",
    tool: use("books", "find"),
    machines: undefined,
  },
  {
    name: "what was sent nowhere else is looked for here",
    events: [STARTED, sent(), DOUBT],
    role: "verify",
    tool: use("worker", "find"),
    machines: undefined,
  },
];

test.each(CASES)("$name", ({ keys = "", events = [], role, tool = use("worker", "act"), machines }) => {
  const state = stateAfter(keys, events);
  const ref: CallRef = role === undefined ? { step: "s" } : { step: "s", role };
  expect(machinesFor(state, present(state.steps[0], "there is one"), { ref, tool, effect: "once" })).toEqual(machines);
});

test("what was done on a machine is undone there", () => {
  const cancelled: readonly EventBody[] = [{ type: "cancel-requested", reason: "person" }, { type: "compensation-started" }];
  const undo = { ref: { step: "s", role: "compensate" } as const, tool: use("worker", "undo"), effect: "idempotent" } as const;
  const undoneOn = (events: readonly EventBody[]): MachineChoice | undefined => {
    const state = stateAfter(TARGETS, [...events, ...cancelled]);
    return machinesFor(state, present(state.steps[0], "there is one"), undo);
  };
  expect(undoneOn([STARTED, sent("a"), DONE])).toEqual(ONLY_A);
  // A person has said that it happened, and nothing came back from there.
  const resolved: EventBody = { type: "call-resolved", call: { step: "s" }, verdict: "happened", by: "person", output: 1 };
  expect(undoneOn([STARTED, sent("a"), DOUBT, resolved])).toEqual(ONLY_A);
  expect(undoneOn([STARTED, sent(), { ...DONE, trip: { ...TRIP, machine: "local" } }])).toBeUndefined();
});
