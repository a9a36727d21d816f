import { cancelExecution, isTuttiError } from "tutti";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { answerOf, awaitExecution, executionAnswer } from "./execution-answer.ts";
import { waitMs } from "./execute-workflow.ts";
import { executionId } from "./get-workflow-status.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** Ends an execution. */
export function cancelWorkflow({ engine }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "cancel_workflow",
    title: "Cancel an execution",
    description:
      "Ends an execution: what has not begun is not begun, calls that change something are awaited, and what was done is undone where the workflow says how. One that has ended stays as it is.",
    effect: "repeatable",
    destructive: true,
    openWorld: true,
    input: z.strictObject({ execution_id: executionId, wait_ms: waitMs.default(5_000) }),
    output: executionAnswer,
    run: async ({ execution_id, wait_ms }, { tenant, user, signal }) => {
      const client = await engine.clientFor({ tenant, ...(user === undefined ? {} : { user }) });
      await client.call(cancelExecution, { executionId: execution_id }, signal).catch((error: unknown) => {
        if (!isTuttiError((error as Error).cause, "execution.wrong-state")) throw error;
      });
      await awaitExecution(execution_id, wait_ms, { client, signal });
      return await answerOf(execution_id, client, signal);
    },
  });
}
