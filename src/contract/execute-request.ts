import type { Json } from "../base/json.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { startExecution } from "./start-execution.ts";
import type { StartExecutionOutput } from "./start-execution.ts";
import { jsonValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { lockedTools } from "./tool-lock.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `execute_request`. */
export interface ExecuteRequestInput {
  /** An envelope with a workflow request, in its wire form. */
  readonly envelope: Json;
  /** What is configured for the operation that the request names. */
  readonly workflow: WorkflowSource;
  /** As of `start_execution`. */
  readonly lockedTools?: ToolLock["tools"];
}

/** Starts the workflow that an envelope asks for; `get_response` then has the answer. */
export const executeRequest: Operation<ExecuteRequestInput, StartExecutionOutput> = {
  name: "execute_request",
  title: "Execute what an envelope asks for",
  description:
    "Starts an execution of the workflow that is configured for the operation of a request, with the request's parameters as inputs " +
    "and for the tenant of whoever asks. The same request id always gives the same execution.",
  kind: "change",
  repeatable: "always",
  permission: "tutti:run",
  route: { method: "POST", path: "/requests", creates: "/executions/{execution_id}" },
  errors: ["envelope.invalid", "operation.unknown", "definition.invalid", "server.unavailable", "server.insecure", "input.invalid"],
  input: wireObject<ExecuteRequestInput>({ envelope: jsonValue, workflow: workflowSource, lockedTools: lockedTools.exactOptional() }),
  output: startExecution.output,
};
