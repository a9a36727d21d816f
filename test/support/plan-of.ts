import { present } from "../../src/base/assert.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { type CheckRegistry, NO_CHECKS } from "../../src/model/check.ts";
import type { Catalog } from "../../src/model/tool.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { buildPlan } from "../../src/planner/build-plan.ts";

/** The plan of a workflow text, which must be right. */
export function planOf(text: string, catalog: Catalog, children: readonly string[] = [], registry: CheckRegistry = NO_CHECKS): Plan {
  const workflows = Object.fromEntries(children.map((child) => workflowOf(child)).map((workflow) => [workflow.id, workflow]));
  const result = buildPlan({ workflow: workflowOf(text), catalog, workflows, registry });
  return present(result.plan, `the workflow cannot be planned: ${JSON.stringify(result.problems)}`);
}

function workflowOf(text: string): Workflow {
  const parsed = parseWorkflow(text, "test.yaml");
  return present(parsed.workflow, `the workflow is not right: ${JSON.stringify(parsed.problems)}`);
}
