import { executionRef } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";

/** Takes up an execution that was interrupted, or lifts its pause. */
export const resumeExecution: Operation<ExecutionRef, ExecutionView> = {
  name: "resume_execution",
  title: "Resume an execution",
  description: "Takes up an execution that was interrupted or paused. Finished steps are not run again.",
  kind: "change",
  repeatable: "always",
  input: executionRef,
  output: executionView,
};
