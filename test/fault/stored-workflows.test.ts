import { expect, test } from "vitest";
import { getWorkflowStatus } from "../../src/contract/get-workflow-status.ts";
import { getWorkflow } from "../../src/contract/get-workflow.ts";
import { listExecutions } from "../../src/contract/list-executions.ts";
import { listWorkflows } from "../../src/contract/list-workflows.ts";
import { openPlainOwner } from "../support/plain-owner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { WritingChild } from "../support/writing-child.ts";

const ROUNDS = 8;
const WRITERS = 4;

test("whatever is acknowledged before kill -9 is there after it, and what is asked again is done once", async () => {
  using directory = temporaryDirectory();
  const { signal } = new AbortController();
  const created = new Set<string>();
  /** More than one would be one too many. */
  const started = new Map<string, Set<string>>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await using child = new WritingChild("storing-process.ts", directory.path, WRITERS);
    await child.ready();
    // The moment of death is left to chance: what must hold, holds at every moment.
    const lines = await child.lines(Math.floor(Math.random() * 30));
    for (const line of [...lines, ...(await child.kill())]) {
      const [verb, workflowId = "", executionId] = line.split(" ");
      if (verb === "created") created.add(workflowId);
      else if (verb === "started" && executionId !== undefined) {
        started.set(workflowId, (started.get(workflowId) ?? new Set()).add(executionId));
      }
    }
    // It was killed, and had not failed before.
    expect(await child.ended()).toBeNull();
  }
  expect(started.size).toBeGreaterThan(WRITERS);
  await using owner = await openPlainOwner(directory.path);
  const { workflows } = await owner.operations.call(listWorkflows, { limit: 1_000 }, { signal });
  const ids = new Set(workflows.map(({ workflowId }) => workflowId));
  expect([...created].filter((workflowId) => !ids.has(workflowId))).toEqual([]);
  const doubled: unknown[] = [];
  for (const { workflowId, version } of workflows) {
    const { executions } = await owner.operations.call(listExecutions, { workflowId }, { signal });
    const all = new Set([...executions.map(({ executionId }) => executionId), ...(started.get(workflowId) ?? [])]);
    if (version !== 1 || all.size > 1) doubled.push([workflowId, version, ...all]);
  }
  expect(doubled).toEqual([]);
  const [workflowId = "", [executionId = ""] = []] = [...started][0] ?? [];
  expect(await owner.operations.call(getWorkflow, { workflowId }, { signal })).toMatchObject({ latestExecution: { executionId } });
  expect(await owner.operations.call(getWorkflowStatus, { executionId }, { signal })).toMatchObject({ workflowId });
});
