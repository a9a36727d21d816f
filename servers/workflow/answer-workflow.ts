import { approveExecution, resolveExecution } from "tutti";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { answerOf, executionAnswer } from "./execution-answer.ts";
import { executionId } from "./get-workflow-status.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** Says what an execution waits for. */
export function answerWorkflow({ engine }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "answer_workflow",
    title: "Answer an execution that waits",
    description:
      "Answers what an execution waits for, in the name of the person who has decided it: an approval (approve, refuse), or a call of which nobody knows whether it took effect (happened, not_happened, failed). waiting_for of get_workflow_status shows it. An answer cannot be taken back.",
    effect: "changes",
    destructive: true,
    openWorld: true,
    input: z.strictObject({
      execution_id: executionId,
      task: z.string().min(1).max(200).describe("The step that waits"),
      answer: z.enum(["approve", "refuse", "happened", "not_happened", "failed"]).describe("What was decided"),
      by: z.string().min(1).max(200).describe("Who has decided it"),
      comment: z.string().max(4_000).optional().describe("Why"),
      item: z.int().min(0).max(10_000).optional().describe("Of a step with for_each, which item is in doubt"),
    }),
    output: executionAnswer,
    run: async ({ execution_id, task, answer, by, comment, item }, { tenant, user, signal }) => {
      const client = await engine.clientFor({ tenant, ...(user === undefined ? {} : { user }) });
      const about = { executionId: execution_id, step: task };
      if (answer === "approve" || answer === "refuse") {
        const said = { ...about, approved: answer === "approve", by, ...(comment === undefined ? {} : { comment }) };
        await client.call(approveExecution, said, signal);
      } else {
        await client.call(resolveExecution, { ...about, verdict: answer, ...(item === undefined ? {} : { item }) }, signal);
      }
      return await answerOf(execution_id, client, signal);
    },
  });
}
