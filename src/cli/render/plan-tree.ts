import { humanDuration } from "../../base/duration.ts";
import type { PlanDocument, PlannedStep } from "../../contract/plan-document.ts";
import { resourceWords } from "../../model/resource-words.ts";
import type { Effect, Resources } from "../../model/workflow.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";
import type { Emphasis } from "./style.ts";

/** What would happen, as a tree: a step stands below the last one that it waits for, and what can run side by side branches. */
export function planTree(plan: PlanDocument): readonly Line[] {
  const main = plan.steps.filter((step) => step.phase === "main");
  const last = plan.steps.filter((step) => step.phase === "finally");
  const count = `  ${plan.steps.length} ${plan.steps.length === 1 ? "step" : "steps"}, about ${humanDuration(plan.estimateMs)}`;
  const name = plan.workflowName === undefined ? "" : `  ${oneLine(plan.workflowName)}`;
  return [
    [span(oneLine(plan.workflowId), "bold"), span(name), span(count, "dim")],
    ...stepLines(main),
    ...(last.length === 0 ? [] : [[span("finally", "bold")], ...stepLines(last)]),
    [],
    ...tableLines(facts(plan), ""),
    ...plan.children.flatMap((child) => [[], ...planTree(child)]),
  ];
}

interface Placed {
  readonly step: PlannedStep;
  /** The lines of the tree before its name. */
  readonly branch: string;
  /** What it waits for beside the step above it. */
  readonly also: readonly string[];
}

const EFFECTS: Readonly<Record<Effect, Emphasis>> = { read: "dim", idempotent: "good", once: "warn" };

function stepLines(steps: readonly PlannedStep[]): readonly Line[] {
  const rows = placeSteps(steps).map(({ step, branch, also }): readonly Span[] => [
    span(` ${branch}${step.id}${step.forEach ? " [each]" : ""}`, step.critical ? "bold" : undefined),
    span(targetOf(step)),
    span(step.kind === "tool" ? step.effect : "", EFFECTS[step.effect]),
    span(notes(step, also)),
  ]);
  return tableLines(rows);
}

function targetOf(step: PlannedStep): string {
  if (step.gate !== undefined) return oneLine(step.gate.wants, 80);
  if (step.server !== undefined) return oneLine(`${step.server}.${step.tool ?? ""}`, 80);
  return step.workflow === undefined ? step.kind : `runs ${step.workflow}`;
}

function notes(step: PlannedStep, also: readonly string[]): string {
  const parts = [
    also.length > 0 ? `also after ${also.join(", ")}` : undefined,
    step.condition === undefined ? undefined : `if ${oneLine(step.condition, 60)}`,
    step.compensatedBy === undefined ? undefined : `undone by ${oneLine(step.compensatedBy, 80)}`,
    step.irreversible ? "cannot be undone" : undefined,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}

/** Depth first without recursion: a chain may have thousands of steps. A step with one follower stays at its depth. */
function placeSteps(steps: readonly PlannedStep[]): readonly Placed[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const followers = new Map<string | undefined, PlannedStep[]>();
  for (const step of steps) {
    const above = lastNeed(step, byId);
    const siblings = followers.get(above);
    if (siblings === undefined) followers.set(above, [step]);
    else siblings.push(step);
  }
  const placed: Placed[] = [];
  const waiting: { readonly step: PlannedStep; readonly before: string; readonly below: string }[] = [];
  const push = (above: string | undefined, indent: string): void => {
    const next = followers.get(above) ?? [];
    for (const [index, step] of [...next.entries()].reverse()) {
      const isLast = index === next.length - 1;
      if (next.length === 1) waiting.push({ step, before: indent, below: indent });
      else waiting.push({ step, before: `${indent}${isLast ? "└─ " : "├─ "}`, below: `${indent}${isLast ? "   " : "│  "}` });
    }
  };
  push(undefined, "");
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { step, before, below } = next;
    placed.push({ step, branch: before, also: notAbove(step, byId) });
    push(step.id, below);
  }
  return placed;
}

/** What a step waits for beside the steps that stand above it in the tree. */
function notAbove(step: PlannedStep, byId: ReadonlyMap<string, PlannedStep>): readonly string[] {
  const others = new Set(step.needs.filter((need) => byId.has(need)));
  let above = lastNeed(step, byId);
  while (above !== undefined && others.size > 0) {
    others.delete(above);
    const next = byId.get(above);
    above = next === undefined ? undefined : lastNeed(next, byId);
  }
  return [...others];
}

/** Of what a step waits for, the one that comes last. */
function lastNeed(step: PlannedStep, byId: ReadonlyMap<string, PlannedStep>): string | undefined {
  let last: PlannedStep | undefined;
  for (const need of step.needs) {
    const candidate = byId.get(need);
    if (candidate !== undefined && (last === undefined || candidate.level > last.level)) last = candidate;
  }
  return last?.id;
}

function facts(plan: PlanDocument): readonly (readonly Span[])[] {
  const irreversible = plan.steps.filter((step) => step.irreversible).map((step) => step.id);
  const resources = printResources(plan.resources);
  const chain = new Set(plan.criticalPath);
  const chainMs = plan.steps.reduce((sumMs, step) => sumMs + (chain.has(step.id) ? step.estimateMs : 0), 0);
  return [
    [span("critical path", "dim"), span(`${named(plan.criticalPath, " > ")}  (about ${humanDuration(chainMs)})`)],
    [span("side by side", "dim"), span(`up to ${plan.parallelPaths}`)],
    ...(resources === "" ? [] : [[span("resources", "dim"), span(resources)]]),
    ...(irreversible.length === 0 ? [] : [[span("cannot be undone", "dim"), span(named(irreversible, ", "), "warn")]]),
  ];
}

const MOST_NAMED = 20;

/** The first and the last of many. */
function named(ids: readonly string[], separator: string): string {
  if (ids.length <= MOST_NAMED) return ids.join(separator);
  const half = MOST_NAMED / 2;
  return [...ids.slice(0, half), `… ${ids.length - MOST_NAMED} more …`, ...ids.slice(-half)].join(separator);
}

function printResources(resources: Resources): string {
  const words = Object.entries<number>({ ...resources }).map(([name, amount]) => resourceWords(name, amount));
  return words.map(({ key, amount }) => `${amount} ${key.replaceAll("_", " ")}`).join(", ");
}
