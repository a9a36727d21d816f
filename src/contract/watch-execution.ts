import * as z from "zod";
import { executionId } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import { executionNews } from "./news.ts";
import type { ExecutionNews } from "./news.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `watch_execution`. */
export interface WatchExecutionInput {
  readonly executionId: string;
  /** Tells first what has already happened after the event with this number; 0 for all. Default: only what is new. */
  readonly afterSeq?: number;
}

/** Tells the news of an execution until it has ended or stands still. */
export const watchExecution: Operation<WatchExecutionInput, ExecutionView, ExecutionNews> = {
  name: "watch_execution",
  title: "Watch an execution",
  description:
    "Tells the news of an execution and of its children while it runs. " +
    "Ends with its state when it has ended, when only a person can move it on, or when no process drives it.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/executions/{execution_id}/watch" },
  tool: "extended",
  errors: ["execution.not-found"],
  input: wireObject<WatchExecutionInput>({ executionId, afterSeq: z.int().min(0).exactOptional() }),
  output: executionView,
  item: executionNews,
};
