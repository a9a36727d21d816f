import { expect, test } from "vitest";
import { distributeTask } from "./distribute-task.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import { listWorkflows } from "./list-workflows.ts";
import type { Operation } from "./operation.ts";
import { parseInput } from "./parse-input.ts";
import { resolveExecution } from "./resolve-execution.ts";

const TASK = { task_type: "look", service_name: "worker", payload: { kept: null } };

test.each<[Pick<Operation<unknown, unknown>, "input">, object, object]>([
  [listWorkflows, { status_filter: null, pattern_filter: null, limit: null, cursor: null }, {}],
  [
    executeWorkflow,
    { workflow_id: "w", parameters: { who: null }, target_machines: null, request_key: null },
    { workflowId: "w", parameters: { who: null } },
  ],
  [
    distributeTask,
    { task_definition: { ...TASK, priority: null, resources: null }, target_machines: null },
    { taskDefinition: { taskType: "look", serviceName: "worker", payload: { kept: null } } },
  ],
  [
    resolveExecution,
    { execution_id: "e", step: "s", verdict: "happened", output: null },
    { executionId: "e", step: "s", verdict: "happened", output: null },
  ],
])("what is null and must not be is left out, and every other null is kept (%#)", ({ input }, given, expected) => {
  expect(parseInput(input, given).data).toEqual(expected);
});

test("what must be there is missed, and what is wrong beside a null is told", () => {
  const told = (given: unknown): string => JSON.stringify(parseInput(executeWorkflow.input, given).error?.issues);
  expect(told({ workflow_id: null })).toContain("workflow_id");
  expect(told({ workflow_id: "w", parameters: null, target_machines: "local" })).toMatch(/^(?!.*parameters).*target_machines/);
  expect(told({ workflow_id: "w", target_machines: ["a", null] })).toContain("target_machines");
  expect(told(null)).toContain("invalid_type");
});
