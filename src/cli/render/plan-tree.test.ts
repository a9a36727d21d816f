import { expect, test } from "vitest";
import type { PlanDocument, PlannedStep } from "../../contract/plan-document.ts";
import { planTree } from "./plan-tree.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

function step(id: string, needs: readonly string[], level: number, details: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id,
    phase: "main",
    kind: "tool",
    server: "s",
    tool: id,
    effect: "read",
    needs,
    level,
    forEach: false,
    irreversible: false,
    critical: false,
    estimateMs: 1_000,
    ...details,
  };
}

function plan(steps: readonly PlannedStep[], details: Partial<PlanDocument> = {}): PlanDocument {
  return {
    workflowId: "order",
    steps,
    criticalPath: steps.slice(0, 2).map(({ id }) => id),
    estimateMs: 2_000,
    parallelPaths: 2,
    resources: {},
    children: [],
    ...details,
  };
}

function show(document: PlanDocument): readonly string[] {
  return printLines(planTree(document), { style: plain }).split("\n").slice(0, -1);
}

test("a chain stands below itself, and what runs side by side branches", () => {
  const steps = [
    step("check", [], 0),
    step("charge", ["check"], 1, { effect: "once", compensatedBy: "s.refund" }),
    step("label", ["charge"], 2, { forEach: true, effect: "idempotent" }),
    step("pack", ["label"], 3, { condition: "inputs.pack" }),
    step("mail", ["charge"], 2, { effect: "once", irreversible: true }),
    step("ship", ["pack", "mail", "check"], 4),
    step("audit", [], 0, { phase: "finally" }),
  ];
  expect(show(plan(steps, { resources: { gpu: 2, memoryBytes: 64e9 } }))).toEqual([
    "order  7 steps, about 2.0 s",
    " check            s.check   read",
    " charge           s.charge  once        undone by s.refund",
    " ├─ label [each]  s.label   idempotent",
    " │  pack          s.pack    read        if inputs.pack",
    " │  ship          s.ship    read        also after mail",
    " └─ mail          s.mail    once        cannot be undone",
    "finally",
    " audit  s.audit  read",
    "",
    "critical path     check > charge  (about 2.0 s)",
    "side by side      up to 2",
    "resources         2 gpu, 64 GB memory",
    "cannot be undone  mail",
  ]);
});

test("a chain of 20,000 steps is no deeper than one", () => {
  const steps = Array.from({ length: 20_000 }, (_, index) => step(`s${index}`, index === 0 ? [] : [`s${index - 1}`], index));
  const lines = show(plan(steps));
  expect(lines[20_000]).toMatch(/^ s19999 /);
});

test("the plans of children follow", () => {
  const child = plan([step("inner", [], 0)], { workflowId: "fulfil" });
  expect(show(plan([step("run", [], 0, { kind: "workflow", workflow: "fulfil" })], { children: [child] }))).toContain(
    "fulfil  1 step, about 2.0 s",
  );
});
