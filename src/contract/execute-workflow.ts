import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { describeStatus, workflowExecutionStatus } from "./get-workflow-status.ts";
import type { WorkflowExecutionStatus } from "./get-workflow-status.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import { requestKey, workflowId } from "./workflow-definition.ts";

/** Input of `execute_workflow`. */
export interface ExecuteWorkflowInput {
  readonly workflowId: string;
  /** The inputs of the workflow. */
  readonly parameters?: JsonObject;
  /** For every step that calls a tool and names no machine itself. */
  readonly targetMachines?: readonly string[];
  /** The same key always gives the same execution. */
  readonly requestKey?: string;
}

/** Starts an execution of a stored workflow; it is durable when this returns, and goes on without the caller. */
export const executeWorkflow: Operation<ExecuteWorkflowInput, WorkflowExecutionStatus> = {
  name: "execute_workflow",
  title: "Execute a workflow",
  description: `Starts an execution of a stored workflow and returns at once, with its execution_id. The execution is durable then: it goes on without you, also after a crash of the server, and never does a finished step again. Use it when the workflow is there (create_workflow, list_workflows) and its inputs are known (get_workflow).

parameters are the inputs of the workflow; target_machines are for the steps that name none themselves. Give a request_key of your own if you may have to send this again: the same key never starts a second execution. A draft, or a workflow whose tools are missing, is refused with all reasons.

Example: {"workflow_id": "greet", "parameters": {"who": "Ada"}, "request_key": "greet-ada-1"}. Next: get_workflow_status with the execution_id, until it is completed or failed.`,
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:run",
  tool: "standard",
  route: { method: "POST", path: "/workflows/{workflow_id}/executions", creates: "/executions/{execution_id}" },
  errors: ["workflow.not-found", "definition.invalid", "input.invalid", "server.unavailable"],
  input: wireObject<ExecuteWorkflowInput>({
    workflowId,
    parameters: jsonObject.meta({ description: 'The inputs of the workflow by name, such as {"who": "Ada"}.' }).exactOptional(),
    targetMachines: z
      .array(z.string().min(1).max(64))
      .max(1_000)
      .meta({
        description: 'Machines for every step that calls a tool and names none itself; "local" is the one you ask, "*" is any.',
      })
      .exactOptional(),
    requestKey: requestKey.exactOptional(),
  }),
  output: workflowExecutionStatus,
  summary: describeStatus,
};
