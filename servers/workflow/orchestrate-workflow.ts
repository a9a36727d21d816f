import { parseWorkflow, type Workflow } from "tutti";
import type { Json, JsonObject } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { problemText } from "./as-tool-error.ts";
import { waitMs, workflowId } from "./execute-workflow.ts";
import { answerOf, awaitExecution, executionAnswer } from "./execution-answer.ts";
import { checkedJson, givenInputs } from "./given-json.ts";
import { requestKeyOf } from "./request-key.ts";
import { startFamily } from "./start-family.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const stageId = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);

const stage = z.strictObject({
  id: stageId.describe("What this stage is called here"),
  workflow_id: workflowId,
  inputs: givenInputs.default({}).describe('Its inputs; they may read other stages: "${{ steps.first.output.file }}"'),
  needs: z
    .array(stageId.describe("The id of a stage"))
    .max(100)
    .default([])
    .describe("Stages that must complete before; reading one means the same"),
  on_error: z.enum(["stop", "continue"]).default("stop").describe("Whether its failure ends the whole"),
});

type Stage = z.output<typeof stage>;

/** What executions of several workflows as one are called. No workflow has this id: as a stage it would run itself. */
export const ORCHESTRATION = "orchestration";

/** Runs several workflows as one. */
export function orchestrateWorkflow({ engine, definitions, activeMax }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "orchestrate_workflow",
    title: "Orchestrate workflows",
    description:
      "Executes several workflows as one execution, each when those that it needs have completed and otherwise side by side. It is durable like any other; its output has that of every stage.",
    effect: "changes",
    openWorld: true,
    input: z.strictObject({
      name: z.string().min(1).max(200).default("Orchestration").describe("For people"),
      stages: z.array(stage).min(1).max(50).describe("The workflows, in any order"),
      error_policy: z
        .enum(["fail_fast", "allow_partial", "best_effort"])
        .default("fail_fast")
        .describe("What happens when a stage has failed"),
      wait_ms: waitMs.default(0),
    }),
    output: executionAnswer,
    run: async ({ name, stages, error_policy, wait_ms }, { tenant, user, key, signal }) => {
      const text = JSON.stringify(documentOf(name, stages, error_policy));
      const workflow = readWorkflow(text);
      const client = await engine.clientFor({ tenant, ...(user === undefined ? {} : { user }) });
      const children = await definitions.childrenOf(workflow, client, signal);
      const family = { main: { source: "own" as const, text, workflow }, children };
      const executionId = await startFamily({ family, inputs: {}, ...requestKeyOf(key), client, signal, activeMax });
      await awaitExecution(executionId, wait_ms, { client, signal });
      return await answerOf(executionId, client, signal);
    },
  });
}

function documentOf(name: string, stages: readonly Stage[], errorPolicy: string): JsonObject {
  return {
    id: ORCHESTRATION,
    name,
    error_policy: errorPolicy,
    steps: stages.map(({ id, workflow_id, inputs, needs, on_error }): Json => {
      const step = { id, workflow: workflow_id, with: checkedJson(inputs, `inputs of "${id}"`), needs };
      // Stages may take long; the workflows themselves say how long.
      return { ...step, timeout: "30d", ...(on_error === "continue" ? { on_error } : {}) };
    }),
    output: Object.fromEntries(stages.map(({ id }) => [id, `\${{ steps["${id}"].?output }}`])),
  };
}

function readWorkflow(text: string): Workflow {
  const { workflow, problems } = parseWorkflow(text, "orchestration");
  if (workflow !== undefined) return workflow;
  const told = problems.filter(({ severity }) => severity === "error").map((problem) => problemText(problem).replace(/^steps/, "stages"));
  throw refuse(`the stages are not right:\n${told.slice(0, 20).join("\n")}`, { problems: told.slice(0, 100) });
}
