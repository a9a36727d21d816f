import { present } from "../../src/base/assert.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import type { Plan, PlanNode } from "../../src/model/plan.ts";
import type { Catalog } from "../../src/model/tool.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { buildPlan, type PlanResult } from "../../src/planner/build-plan.ts";
import { catalogOf, closed, type ServerFacts } from "./catalog-of.ts";

/** A server with a tool of every effect. */
export const SHOP: ServerFacts = {
  effects: { find: "read", peek: "once" },
  tools: {
    find: {},
    peek: { annotations: { readOnlyHint: true } },
    look: { annotations: { readOnlyHint: true } },
    put: { annotations: { idempotentHint: true } },
    buy: {},
    cancel: {},
    count: { outputSchema: closed({ total: { type: "number" }, names: { type: "array", items: { type: "string" } } }) },
    pay: { inputSchema: closed({ amount: { type: "number" }, to: { type: "string" } }) },
  },
};

export const SHOP_CATALOG: Catalog = catalogOf({ shop: SHOP });

/** The workflow of a text, which must be right. */
export function workflowOf(text: string): Workflow {
  const parsed = parseWorkflow(text, "test.yaml");
  return present(parsed.workflow, JSON.stringify(parsed.problems));
}

/** Plans steps that are written as in a file, each on one line; `rest` is what else the file says. */
export function planSteps(steps: readonly string[], rest = "", catalog: Catalog = SHOP_CATALOG): PlanResult {
  const text = `id: test\n${rest}\nsteps:\n${steps.map((step) => `  - ${step}\n`).join("")}`;
  return buildPlan({ workflow: workflowOf(text), catalog });
}

/** The plan, which there must be. */
export function planned(result: PlanResult): Plan {
  return present(result.plan, JSON.stringify(result.problems));
}

export function nodeOf(plan: Plan, id: string): PlanNode {
  const node = plan.nodes.find(({ step }) => step.id === id);
  return present(node, `no step ${id}`);
}

/** The ids of what each step needs. */
export function needsOf(plan: Plan): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(plan.nodes.map(({ step, needs }) => [step.id, needs.map((need) => plan.nodes[need]?.step.id ?? "")]));
}

export function messagesOf({ problems }: PlanResult): readonly string[] {
  return problems.map(({ severity, message }) => (severity === "error" ? message : `${severity}: ${message}`));
}
