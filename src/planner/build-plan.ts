import { type CheckRegistry, NO_CHECKS } from "../model/check.ts";
import type { KnownMachine } from "../model/machine.ts";
import type { Plan } from "../model/plan.ts";
import type { Path, Problem } from "../model/problem.ts";
import type { Catalog } from "../model/tool.ts";
import type { Workflow } from "../model/workflow.ts";
import { findChildren } from "./find-children.ts";
import { isError, planWorkflow } from "./plan-workflow.ts";
import { createToolIndex } from "./tool-index.ts";

/** What is planned, and with what. */
export interface PlanInput {
  readonly workflow: Workflow;
  /**
   * The servers that the workflow and its children use. Absent: everything that can be known without servers is
   * checked, tools and arguments are not, and there is no plan.
   */
  readonly catalog?: Catalog;
  /** The workflows that steps may run as children, by id. */
  readonly workflows?: Readonly<Record<string, Workflow>>;
  /** How much there is of what servers share, by name. Absent: leases are not checked. */
  readonly shared?: Readonly<Record<string, number>>;
  /** Other machines. Absent: it is not checked whether those that steps name are there. */
  readonly machines?: readonly KnownMachine[];
  /** What is configured for gates and for steps that only say their type. Default: nothing; without a catalog nobody knows. */
  readonly registry?: CheckRegistry;
}

export interface PlanResult {
  /** Present when there was a catalog and no problem is an error. */
  readonly plan?: Plan;
  /** Of the workflow, with errors of its children at the steps that lead to them. The warnings of a child are in its plan. */
  readonly problems: readonly Problem[];
}

/**
 * Binds a workflow to real servers: finds what waits for what, what each call may do, and everything that is wrong,
 * all at once. Linear in the size of the workflow.
 */
export function buildPlan({ workflow, catalog, workflows = {}, shared, machines, ...more }: PlanInput): PlanResult {
  const registry = more.registry ?? (catalog === undefined ? undefined : NO_CHECKS);
  const tools = catalog === undefined ? undefined : createToolIndex(catalog);
  const { order, cycles } = findChildren(workflow, workflows);
  const children: Record<string, Plan> = {};
  const problems: Problem[] = cycles.map(({ ids, path }) => recursion(ids, path));
  for (const { id, workflow: child, path } of order) {
    const planned = planWorkflow(child, { tools, workflows, children, shared, machines, registry });
    for (const problem of planned.problems) if (isError(problem)) problems.push(inChild(child, problem, path));
    // Every plan is kept once, in that of the workflow that is started: children within children would double it.
    if (planned.plan !== undefined) children[id] = { ...planned.plan, children: {} };
  }
  const planned = planWorkflow(workflow, { tools, workflows, children, shared, machines, registry });
  const all = [...problems, ...planned.problems];
  return planned.plan === undefined || all.some(isError) ? { problems: all } : { plan: planned.plan, problems: all };
}

function recursion(ids: readonly string[], path: Path): Problem {
  const message = ids.length === 2 ? `the workflow "${ids[0]}" runs itself` : `workflows run each other in a circle: ${ids.join(" -> ")}`;
  return { code: "recursion", severity: "error", message, path };
}

/** An error in another file, at the step that leads there. */
function inChild(child: Workflow, { code, message, path: [key, place] }: Problem, path: Path): Problem {
  const steps = key === "steps" ? child.steps : key === "finally" ? child.finally : [];
  const step = typeof place === "number" ? steps[place] : undefined;
  const where = step === undefined ? "" : `, step "${step.id}"`;
  return { code, severity: "error", message: `in the workflow "${child.id}"${where}: ${message}`, path };
}
