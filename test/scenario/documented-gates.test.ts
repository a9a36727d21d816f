import { expect, test } from "vitest";
import type { OperationClient } from "../../src/client/operation-client.ts";
import { approveExecution } from "../../src/contract/approve-execution.ts";
import { createWorkflow } from "../../src/contract/create-workflow.ts";
import { executeWorkflow } from "../../src/contract/execute-workflow.ts";
import type { WorkflowExecutionStatus } from "../../src/contract/get-workflow-status.ts";
import { getWorkflowStatus } from "../../src/contract/get-workflow-status.ts";
import { openTutti, type Tutti } from "../../src/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const signal = new AbortController().signal;

/** As it stands in the documentation, with every value of both gates that a person or a program decides about. */
const MINIMAL = {
  workflow_id: "release",
  pattern: "infrastructure-enforcement",
  steps: [
    { id: "build", type: "development", enforcement: "code-review", validation: "unit-tests" },
    { id: "ship", type: "deployment", enforcement: "startup-validation", validation: "manual-review", dependencies: ["build"] },
  ],
};

async function open(directory: string, exitCode: number): Promise<Tutti> {
  const program = {
    kind: "command",
    command: process.execPath,
    args: ["-e", `process.exit(${exitCode})`],
    workingDirectory: directory,
    env: {},
  } as const;
  return await openTutti({
    dataDirectory: `${directory}/data`,
    servers: [],
    checks: { checks: { "unit-tests": program, "startup-validation": program } },
  });
}

async function statusOf(tutti: Tutti, executionId: string): Promise<WorkflowExecutionStatus> {
  await tutti.wait(executionId);
  return await tutti.operations.call(getWorkflowStatus, { executionId }, { signal });
}

async function start(operations: OperationClient): Promise<string> {
  await operations.call(createWorkflow, createWorkflow.input.parse(MINIMAL), { signal });
  return (await operations.call(executeWorkflow, { workflowId: "release" }, { signal })).executionId;
}

test("the documented status of a workflow pauses at each review, and tells of the documented steps", async () => {
  using directory = temporaryDirectory();
  await using tutti = await open(directory.path, 0);
  const executionId = await start(tutti.operations);
  const approve = async (step: string): Promise<unknown> =>
    await tutti.operations.call(approveExecution, { executionId, step, approved: true }, { signal });

  const reviewed = await statusOf(tutti, executionId);
  expect(reviewed).toMatchObject({ status: "paused", currentStep: "build", stepCount: 2, completedSteps: [] });
  expect(reviewed.waitingFor).toMatchObject([
    { step: "build--enforcement", kind: "approval", message: 'May the step "build" run? It calls nothing and gives its parameters: {}' },
  ]);
  await approve("build--enforcement");

  const accepted = await statusOf(tutti, executionId);
  expect(accepted).toMatchObject({ status: "paused", currentStep: "ship", completedSteps: ["build"], progress: 50 });
  expect(accepted.steps).toMatchObject([
    { id: "build", status: "completed" },
    { id: "ship", status: "running" },
  ]);
  await approve("ship--validation");
  expect(await statusOf(tutti, executionId)).toMatchObject({ status: "completed", completedSteps: ["build", "ship"], progress: 100 });
});

test("a step whose tests are red has failed, and what depends on it is skipped", async () => {
  using directory = temporaryDirectory();
  await using tutti = await open(directory.path, 1);
  const executionId = await start(tutti.operations);
  await tutti.wait(executionId);
  await tutti.operations.call(approveExecution, { executionId, step: "build--enforcement", approved: true }, { signal });
  const failed = await statusOf(tutti, executionId);
  expect(failed).toMatchObject({ status: "failed", failedSteps: ["build"], completedSteps: [] });
  expect(failed.steps).toMatchObject([
    { id: "build", status: "failed", error: { message: expect.stringMatching(/^the check "unit-tests" did not pass: exit code 1/) } },
    { id: "ship", status: "skipped" },
  ]);
});
