import { executionRef } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import { executionNews } from "./news.ts";
import type { ExecutionNews } from "./news.ts";
import type { Operation } from "./operation.ts";

/** Tells the news of an execution until it has ended or stands still. */
export const watchExecution: Operation<ExecutionRef, ExecutionView, ExecutionNews> = {
  name: "watch_execution",
  title: "Watch an execution",
  description:
    "Tells the news of an execution and of its children while it runs. " +
    "Ends with its state when it has ended, when only a person can move it on, or when no process drives it.",
  kind: "read",
  repeatable: "always",
  input: executionRef,
  output: executionView,
  item: executionNews,
};
