import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { answerOf, awaitExecution, executionAnswer } from "./execution-answer.ts";
import { checkedJson, givenInputs } from "./given-json.ts";
import { requestKeyOf } from "./request-key.ts";
import { startFamily } from "./start-family.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** The id of a workflow. */
export const workflowId = z.string().min(1).max(100).describe("The id of a workflow; list_available_workflows shows them");

/** How long a tool waits for an execution. */
export const waitMs = z
  .int()
  .min(0)
  .max(600_000)
  .describe("Waits so long for the end of the execution, in milliseconds; 0 answers at once");

/** Starts an execution. */
export function executeWorkflow({ engine, definitions, activeMax }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "execute_workflow",
    title: "Execute a workflow",
    description:
      "Starts an execution of a workflow. It is durable when this answers: it goes on without you, also after a crash of this server, and no finished step is done again. " +
      "Ask get_workflow_status how it is, or give wait_ms.",
    effect: "changes",
    openWorld: true,
    input: z.strictObject({
      workflow_id: workflowId,
      inputs: givenInputs.default({}).describe("The inputs of the workflow by name; get_workflow_definition shows them"),
      wait_ms: waitMs.default(0),
    }),
    output: executionAnswer,
    run: async ({ workflow_id, inputs, wait_ms }, { tenant, user, key, signal }) => {
      const given = checkedJson(inputs, "inputs");
      const client = await engine.clientFor({ tenant, ...(user === undefined ? {} : { user }) });
      const family = await definitions.family(workflow_id, client, signal);
      const executionId = await startFamily({ family, inputs: given, ...requestKeyOf(key), client, signal, activeMax });
      await awaitExecution(executionId, wait_ms, { client, signal });
      return await answerOf(executionId, client, signal);
    },
  });
}
