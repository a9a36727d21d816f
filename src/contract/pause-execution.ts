import { executionRef } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";

/** Lets calls in flight end and starts nothing more, until it is resumed. */
export const pauseExecution: Operation<ExecutionRef, ExecutionView> = {
  name: "pause_execution",
  title: "Pause an execution",
  description:
    "Lets the calls in flight end and starts nothing more. The pause is recorded and survives a crash; resume_execution lifts it.",
  kind: "change",
  repeatable: "always",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/pause" },
  tool: "extended",
  errors: ["execution.not-found", "execution.wrong-state"],
  input: executionRef,
  output: executionView,
};
