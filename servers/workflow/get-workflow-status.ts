import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { answerOf, awaitExecution, executionAnswer } from "./execution-answer.ts";
import { waitMs } from "./execute-workflow.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** Which execution is meant. */
export const executionId = z.string().min(8).max(100).describe("The execution_id that execute_workflow gave");

/** How an execution is. */
export function getWorkflowStatus({ engine }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "get_workflow_status",
    title: "Status of an execution",
    description: "Tells how an execution is: its progress, every step, what it waits for, and what it gave when it has ended.",
    effect: "reads",
    input: z.strictObject({ execution_id: executionId, wait_ms: waitMs.default(0) }),
    output: executionAnswer,
    run: async ({ execution_id, wait_ms }, { tenant, signal }) => {
      const client = await engine.clientFor({ tenant });
      await awaitExecution(execution_id, wait_ms, { client, signal });
      return await answerOf(execution_id, client, signal);
    },
  });
}
