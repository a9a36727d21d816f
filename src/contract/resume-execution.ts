import * as z from "zod";
import { executionId } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `resume_execution`. */
export interface ResumeExecutionInput {
  readonly executionId: string;
  /** False takes up an interrupted execution but leaves a pause as it is. Default true. */
  readonly liftPause?: boolean;
}

/** Takes up an execution that was interrupted, or lifts its pause. */
export const resumeExecution: Operation<ResumeExecutionInput, ExecutionView> = {
  name: "resume_execution",
  title: "Resume an execution",
  description: "Takes up an execution that was interrupted or paused. Finished steps are not run again.",
  kind: "change",
  repeatable: "always",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/resume" },
  tool: "extended",
  errors: ["execution.not-found", "execution.wrong-state", "server.not-found", "server.insecure"],
  input: wireObject<ResumeExecutionInput>({ executionId, liftPause: z.boolean().exactOptional() }),
  output: executionView,
};
