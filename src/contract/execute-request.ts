import type { Json } from "../base/json.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import type { ExecuteWorkflowOutput } from "./execute-workflow.ts";
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
  /** As of `execute_workflow`. */
  readonly lockedTools?: ToolLock["tools"];
}

/** Starts the workflow that an envelope asks for; `get_response` then has the answer. */
export const executeRequest: Operation<ExecuteRequestInput, ExecuteWorkflowOutput> = {
  name: "execute_request",
  title: "Execute what an envelope asks for",
  description:
    "Starts an execution of the workflow that is configured for the operation of a request, with the request's parameters as inputs " +
    "and for the tenant of whoever asks. The same request id always gives the same execution.",
  kind: "change",
  repeatable: "always",
  input: wireObject<ExecuteRequestInput>({ envelope: jsonValue, workflow: workflowSource, lockedTools: lockedTools.exactOptional() }),
  output: executeWorkflow.output,
};
