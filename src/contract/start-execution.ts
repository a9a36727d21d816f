import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { lockedTools } from "./tool-lock.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `start_execution`. */
export interface StartExecutionInput {
  readonly workflow: WorkflowSource;
  readonly inputs?: JsonObject;
  /** Inputs as they were typed: read as JSON, unless the workflow wants text there. They outrank `inputs`. */
  readonly typedInputs?: Readonly<Record<string, string>>;
  /** The same key always gives the same execution. */
  readonly requestKey?: string;
  /** The id that the execution shall have, a UUID. Without it a new one is made. */
  readonly executionId?: string;
  /** Ends the execution when it takes longer, in place of the workflow's own limit. */
  readonly timeoutMs?: number;
  /** Tools as they must still be: all that the workflow uses must be among them, and none may have changed. */
  readonly lockedTools?: ToolLock["tools"];
}

/** Output of `start_execution`. */
export interface StartExecutionOutput {
  readonly executionId: string;
  /** False when an earlier call with the same key has started it. */
  readonly created: boolean;
}

/** Starts an execution; it is durable when this returns, and goes on without the caller. */
export const startExecution: Operation<StartExecutionInput, StartExecutionOutput> = {
  name: "start_execution",
  title: "Start an execution",
  description:
    "Plans a workflow against the configured servers and starts an execution of it. " +
    "When this returns, the execution is in the journal and goes on without the caller, also after a crash.",
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions", creates: "/executions/{execution_id}" },
  errors: ["definition.invalid", "server.unavailable", "server.insecure", "input.invalid"],
  input: wireObject<StartExecutionInput>({
    workflow: workflowSource,
    inputs: jsonObject.exactOptional(),
    typedInputs: z.record(z.string(), z.string()).exactOptional(),
    requestKey: z.string().min(1).max(200).exactOptional(),
    executionId: z.uuid().exactOptional(),
    timeoutMs: z.int().min(1).exactOptional(),
    lockedTools: lockedTools.exactOptional(),
  }),
  output: wireObject<StartExecutionOutput>({ executionId: z.string(), created: z.boolean() }),
};
