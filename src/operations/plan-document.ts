import { defined } from "../base/defined.ts";
import type { PlanDocument, PlannedStep } from "../contract/plan-document.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import type { StepAction } from "../model/workflow.ts";

/** What people and programs want to see of a plan. */
export function toPlanDocument(plan: Plan): PlanDocument {
  const { workflow, nodes } = plan;
  return {
    workflowId: workflow.id,
    ...defined({ workflowName: workflow.name }),
    steps: nodes.map((node) => plannedStep(node, nodes)),
    criticalPath: plan.criticalPath,
    estimateMs: plan.estimateMs,
    parallelPaths: plan.parallelPaths,
    resources: plan.resources,
    children: Object.values(plan.children).map(toPlanDocument),
  };
}

function plannedStep(node: PlanNode, nodes: readonly PlanNode[]): PlannedStep {
  const { step } = node;
  return {
    id: step.id,
    phase: node.phase,
    kind: step.action.kind,
    ...target(step.action),
    effect: node.call.effect,
    needs: node.needs.flatMap((index) => nodes[index]?.step.id ?? []),
    level: node.level,
    ...defined({ condition: step.if }),
    forEach: step.forEach !== undefined,
    ...(step.compensate === undefined ? {} : { compensatedBy: `${step.compensate.server}.${step.compensate.tool}` }),
    irreversible: node.irreversible,
    critical: node.critical,
    estimateMs: node.estimateMs,
    ...(node.gate === undefined ? {} : { gate: { of: node.gate.of, kind: node.gate.kind, wants: node.gate.wants } }),
  };
}

function target(action: StepAction): Pick<PlannedStep, "server" | "tool" | "workflow"> {
  if (action.kind === "tool") return { server: action.server, tool: action.tool };
  return action.kind === "workflow" ? { workflow: action.workflow } : {};
}
