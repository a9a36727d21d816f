import { executionRef } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";

/** Ends an execution and undoes what it has done. */
export const cancelExecution: Operation<ExecutionRef, ExecutionView> = {
  name: "cancel_execution",
  title: "Cancel an execution",
  description:
    "Stops what has not begun, cancels reads, awaits other calls in flight and undoes what was done. An execution that nobody drives is taken up for this.",
  kind: "change",
  repeatable: "always",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/cancel" },
  tool: "extended",
  errors: ["execution.not-found", "execution.wrong-state"],
  input: executionRef,
  output: executionView,
};
