import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { isJsonObject } from "../../src/base/json.ts";
import { watchExecution } from "../../src/contract/watch-execution.ts";
import type { Owner } from "../../src/main/owner.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { openPlainOwner } from "../support/plain-owner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const { signal } = new AbortController();

async function ask(owner: Owner, operation: string, document: JsonObject): Promise<JsonObject> {
  const answer = await owner.operations.callByName(operation, document, { signal });
  return isJsonObject(answer) ? answer : {};
}

/** Executes it so many times, one after the other, each to its end. */
async function execute(owner: Owner, workflowId: string, times = 1): Promise<readonly Json[]> {
  const ids: Json[] = [];
  for (let time = 0; time < times; time += 1) {
    const { execution_id: id } = await ask(owner, "execute_workflow", { workflow_id: workflowId });
    const executionId = typeof id === "string" ? id : "";
    await owner.operations.call(watchExecution, { executionId }, { signal });
    ids.push(executionId);
  }
  return ids;
}

function textIn({ content }: JsonObject): string {
  return typeof content === "string" ? content : "";
}

async function store(owner: Owner): Promise<void> {
  await ask(owner, "create_workflow", {
    workflow_id: "good",
    pattern: "p",
    steps: [{ id: "a", value: "=1+1" }],
    output: "${{ steps.a.output }}",
  });
  await ask(owner, "create_workflow", {
    workflow_id: "bad",
    inputs: { by: { type: "integer", default: 0 } },
    steps: [{ id: "a", value: "${{ 1 / inputs.by }}" }],
  });
}

test("executions are counted with their failures and errors, by pattern and by workflow, as far back as is asked for", async () => {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  {
    await using owner = await openPlainOwner(directory.path, { clock });
    await store(owner);
    await execute(owner, "good", 3);
    await execute(owner, "bad");
  }
  // A clock of its own, because the first one has timers of an owner that is gone.
  const later = new ManualClock(clock.nowMs() + 2 * 3_600_000);
  await using owner = await openPlainOwner(directory.path, { clock: later });
  const [failed] = await execute(owner, "bad");
  const hour = await ask(owner, "get_workflow_metrics", { time_range: "1h" });
  expect(hour).toMatchObject({ executions: 1, completed: 0, failed: 1, running: 0, success_rate: 0 });
  expect(hour["failures"]).toMatchObject([
    { execution_id: failed, workflow_id: "bad", outcome: "failed", error: { message: expect.any(String) } },
  ]);
  const day = await ask(owner, "get_workflow_metrics", {});
  expect(day).toMatchObject({ time_range: "24h", executions: 5, completed: 3, failed: 2, success_rate: 0.6 });
  expect(day["by_pattern"]).toMatchObject([
    { pattern: "p", executions: 3, success_rate: 1 },
    { pattern: null, executions: 2, success_rate: 0 },
  ]);
  expect(day["by_workflow"]).toMatchObject([
    { workflow_id: "good", executions: 3 },
    { workflow_id: "bad", executions: 2 },
  ]);
  expect(day["failures"]).toHaveLength(2);
});

test("a workflow and its newest executions are one file, and the workflow in it can be created again", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  await store(owner);
  const ids = await execute(owner, "good", 3);
  const json = await ask(owner, "export_workflow_data", { workflow_id: "good", executions: 2 });
  expect(json).toMatchObject({ format: "json", workflow_id: "good", executions: 2, truncated: true });
  const document = JSON.parse(textIn(json)) as JsonObject;
  expect(document["executions"]).toMatchObject(
    [...ids]
      .reverse()
      .slice(0, 2)
      .map((id) => ({ execution_id: id, output: "=1+1" })),
  );
  const yaml = await ask(owner, "export_workflow_data", { workflow_id: "good", format: "yaml", executions: 2 });
  const { exported_at: _then, ...same } = parse(textIn(yaml)) as JsonObject;
  const { exported_at: _now, ...expected } = document;
  expect(same).toEqual(expected);
  expect(await ask(owner, "export_workflow_data", { workflow_id: "good" })).toMatchObject({ executions: 3, truncated: false });
  expect(await ask(owner, "export_workflow_data", { workflow_id: "good", executions: 0 })).toMatchObject({
    executions: 0,
    truncated: true,
  });
  await ask(owner, "delete_workflow", { workflow_id: "good" });
  const { workflow } = document;
  expect(await ask(owner, "create_workflow", isJsonObject(workflow) ? workflow : {})).toMatchObject({ status: "success", version: 1 });
  // Those of the one before were not its own.
  expect(await ask(owner, "get_workflow", { workflow_id: "good" })).toMatchObject({ status: "active", pattern: "p" });
  expect(await ask(owner, "export_workflow_data", { workflow_id: "good" })).toMatchObject({ executions: 0, truncated: false });
});
