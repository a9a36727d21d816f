import { present } from "../base/assert.ts";
import { literalMembers } from "../expression/literal-template.ts";
import { CHECK_SERVER, CHECK_TOOL, type CheckConfig, type CheckRegistry, checkStepTimeoutMs } from "../model/check.ts";
import type { PlannedGate } from "../model/plan.ts";
import { gateId, type StepGate } from "../model/step-gate.ts";
import type { Step, StepAction, Template } from "../model/workflow.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";
import type { StepEntries, StepEntry } from "./step-entry.ts";
import { topologicalOrder } from "./topological-order.ts";

/** The steps of a workflow on their way into the plan, and what waits for what. */
export interface OrderedSteps {
  readonly entries: StepEntries;
  readonly graph: OrderedGraph;
}

/**
 * Puts the gates of steps into the plan as steps of their own: `x--enforcement`, `x`, `x--validation`.
 *
 * - The gate before a step needs what the step needs, and looks at its `if`; the step follows it.
 * - The gate after a step follows the step, and whoever needs the step needs the gate as well.
 *
 * Which of the workflow's own steps comes before which stays as it was. Linear. The checks that the steps name must be
 * registered: see `createGateCheck`.
 */
export function expandGates({ entries, graph }: OrderedSteps, registry: CheckRegistry): OrderedSteps {
  if (!entries.list.some(({ step }) => isGated(step))) return { entries, graph };
  const places = placesOf(entries);
  const list: StepEntry[] = [];
  const needs: (readonly number[])[] = [];
  for (const [index, entry] of entries.list.entries()) {
    const { before, own, after } = present(places[index], "every step has a place");
    const needed = (graph.needs[index] ?? []).flatMap((need) => endsOf(present(places[need], "every need has a place")));
    if (before !== undefined) {
      list.push(gateEntry(entry, { index: before, kind: "enforcement" }, registry));
      needs.push(needed);
    }
    list.push({
      ...entry,
      index: own,
      ...(before === undefined ? {} : { follows: before }),
      ...(after === undefined ? {} : { acceptedBy: after }),
    });
    needs.push(before === undefined ? needed : [...needed, before].sort((left, right) => left - right));
    if (after !== undefined) {
      list.push({ ...gateEntry(entry, { index: after, kind: "validation" }, registry), follows: own });
      needs.push([own]);
    }
  }
  const byId = new Map(list.map((entry) => [entry.step.id, entry]));
  return { entries: { list, byId }, graph: { needs, order: topologicalOrder(needs) } };
}

/** What runs a check, as a step does it. A tool is asked as it stands in the configuration, where nothing is an expression. */
export function checkAction(name: string, check: CheckConfig, stepId: string): StepAction & { readonly kind: "tool" } {
  switch (check.kind) {
    case "command":
      return { kind: "tool", server: CHECK_SERVER, tool: CHECK_TOOL, with: { check: name, step: stepId } };
    case "tool":
      return { kind: "tool", server: check.server, tool: check.tool, with: literalMembers(check.arguments) };
  }
}

/** Where a step and its gates are in the expanded list. */
interface Places {
  readonly before?: number;
  readonly own: number;
  readonly after?: number;
}

function placesOf({ list }: StepEntries): readonly Places[] {
  let next = 0;
  return list.map(({ step }) => {
    const before = step.enforcement === undefined ? undefined : next++;
    const own = next++;
    const after = step.validation === undefined ? undefined : next++;
    return { own, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  });
}

function endsOf({ own, after }: Places): readonly number[] {
  return after === undefined ? [own] : [own, after];
}

function isGated({ enforcement, validation }: Step): boolean {
  return enforcement !== undefined || validation !== undefined;
}

interface GatePlace {
  readonly index: number;
  readonly kind: StepGate["kind"];
}

function gateEntry({ step, path, phase }: StepEntry, { index, kind }: GatePlace, registry: CheckRegistry): StepEntry {
  const wants = present(step[kind], "a gate stands for what the step says");
  const gate: PlannedGate = { of: step.id, kind, wants, ...aboutOf(step, kind) };
  return { index, phase, path: [...path, kind], gate, step: gateStep(step, gate, registry) };
}

/** Fails like the step itself, and only finds out: nothing that it does has to be undone. */
function gateStep(step: Step, gate: StepGate, { checks, reviews = {} }: CheckRegistry): Step {
  const { id, if: condition, onError } = step;
  const common = {
    id: gateId(gate),
    needs: [],
    ...(condition === undefined ? {} : { if: condition }),
    ...(onError === undefined ? {} : { onError }),
  };
  const { wants } = gate;
  if (isReview(wants)) {
    const review = Object.hasOwn(reviews, wants) ? reviews[wants] : undefined;
    return { ...common, action: { kind: "approval", message: question(step, gate), roles: [], ...review } };
  }
  const check = present(Object.hasOwn(checks, wants) ? checks[wants] : undefined, `"${id}" is planned with the check "${wants}"`);
  return { ...common, action: checkAction(wants, check, id), effect: "read", validates: true, timeoutMs: checkStepTimeoutMs(check) };
}

/** Whether a person decides, and no check. */
export function isReview(wants: string): boolean {
  return wants === "code-review" || wants === "manual-review";
}

function question({ id, name, action, forEach }: Step, { kind }: StepGate): string {
  const title = name === undefined ? `"${id}"` : `"${id}" (${name})`;
  if (kind === "validation") return `Is the result of the step ${title} right? Others wait for it. It gave:`;
  const items = forEach === undefined ? "" : ", once for each of these";
  return `May the step ${title} run? It ${deedOf(action)}${items}:`;
}

function deedOf(action: StepAction): string {
  switch (action.kind) {
    case "tool":
      return `calls ${action.server}.${action.tool}`;
    case "workflow":
      return `runs the workflow "${action.workflow}"`;
    case "approval":
      return "asks a person";
    case "sleep":
      return "waits";
    case "value":
      return action.phase === true ? "calls nothing and gives its parameters" : "gives";
  }
}

/** What the gate after a step is about is what that gave, and not known before. The arguments of items are made for each item. */
function aboutOf({ action, forEach }: Step, kind: StepGate["kind"]): { readonly about?: Template } {
  if (kind === "validation") return {};
  if (forEach !== undefined) return { about: forEach };
  switch (action.kind) {
    case "tool":
    case "workflow":
      return { about: action.with };
    case "approval":
      return { about: action.message };
    case "sleep":
      return { about: action.duration ?? action.until ?? null };
    case "value":
      return { about: action.value };
  }
}
