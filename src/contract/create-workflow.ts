import * as z from "zod";
import type { StoredWorkflow } from "../model/stored-workflow.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import { definitionInput, requestKey } from "./workflow-definition.ts";
import type { DefinitionInput } from "./workflow-definition.ts";

/** Input of `create_workflow`. */
export type CreateWorkflowInput = DefinitionInput;

/** What has become of a stored workflow. */
export interface WorkflowResult {
  readonly status: "success";
  readonly workflowId: string;
  readonly workflowStatus: StoredWorkflow["status"];
  /** From 1. */
  readonly version: number;
  readonly message?: string;
  /** What would be wrong with it now, with its place. It is stored nevertheless: servers may come later. */
  readonly warnings?: readonly string[];
}

/** The document of a {@link WorkflowResult}. */
export const workflowResult: z.ZodType<WorkflowResult> = wireObject<WorkflowResult>({
  status: z.literal("success").meta({ description: "Everything else is an error." }),
  workflowId: z.string(),
  workflowStatus: z.enum(["draft", "active"]).meta({ description: "draft: it has no steps yet and cannot be executed. active: it can." }),
  version: z.int().meta({ description: "From 1; every change makes a new one." }),
  message: z.string().exactOptional(),
  warnings: z
    .array(z.string())
    .meta({ description: "What would be wrong with it now, such as a tool that no server has. It is stored nevertheless." })
    .exactOptional(),
});

/** What has become of it, in a sentence. */
export function describeResult({ workflowId, workflowStatus, version, message, warnings = [] }: WorkflowResult): string {
  const warned = warnings.map((warning) => `\nWarning: ${warning}`).join("");
  const more = message === undefined ? "" : ` ${message}`;
  return `The workflow "${workflowId}" is stored as version ${version} (${workflowStatus}).${more}${warned}`;
}

/** Stores a workflow. */
export const createWorkflow: Operation<CreateWorkflowInput, WorkflowResult> = {
  name: "create_workflow",
  title: "Create a workflow",
  description: `Stores a workflow under an id of your choice: steps that call tools of MCP servers, wait for people, or run other workflows, each after the steps it depends on. Use it when something shall be done more than once, survive crashes, or run over several servers. Nothing is executed yet.

Afterwards the workflow is kept, also over restarts, until it is deleted. A workflow without steps is a draft. Everything that is wrong is reported at once, with its place such as steps[2].enforcement; then nothing is stored. Tools need not be there yet: what is missing comes back as warnings. An id that is taken is refused with workflow.exists.

Example: {"workflow_id": "greet", "name": "Greet", "inputs": {"who": {"type": "string"}}, "steps": [{"id": "hello", "tool": "text.upper", "with": {"text": "\${{ inputs.who }}"}}, {"id": "save", "tool": "files.write", "dependencies": ["hello"], "with": {"path": "out.txt", "content": "\${{ steps.hello.output.text }}"}}], "output": {"saved": "\${{ steps.save.output }}"}}

Next: execute_workflow starts it, get_workflow shows it.`,
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:write",
  tool: "standard",
  route: { method: "POST", path: "/workflows", creates: "/workflows/{workflow_id}" },
  errors: ["definition.invalid", "workflow.exists", "input.invalid"],
  input: definitionInput<CreateWorkflowInput>({ request_key: { inside: "requestKey", schema: requestKey.exactOptional() } }),
  output: workflowResult,
  summary: describeResult,
};
