import type { Tool } from "@modelcontextprotocol/server";
import { LRUCache } from "lru-cache";
import { isJsonObject } from "../base/json.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import type { GetWorkflowOutput } from "../contract/get-workflow.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
import type { WorkflowSummary } from "../contract/list-workflows.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";

/** A stored workflow that is offered as a tool. */
export interface WorkflowTool {
  readonly workflowId: string;
  readonly listed: Tool;
}

/** More tools than this no model can choose from. */
const TOOLS_MAX = 200;
const REMEMBERED_MAX = 1_000;
const NAME_PREFIX = "workflow_";

/**
 * The workflows that their authors offer as tools of their own (`expose: true`), for each caller those of its tenant. They
 * have the ids of their workflows as names, but for ids that are names of other tools: no two tools have one name.
 */
export class WorkflowTools {
  readonly #taken: ReadonlySet<string>;
  readonly #remembered = new LRUCache<string, WorkflowTool>({ max: REMEMBERED_MAX });

  /** @param taken - names of other tools */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** None for callers that may not read. */
  async list(caller: AdmittedCaller, signal: AbortSignal): Promise<readonly WorkflowTool[]> {
    return await allowed([], async () => {
      const { workflows } = await caller.operations.call(listWorkflows, { exposedOnly: true, limit: TOOLS_MAX }, { signal });
      const ready = workflows.filter(({ status }) => status !== "draft");
      const tools = await Promise.all(ready.map(async (workflow) => await this.#tool(workflow, { caller, signal })));
      return tools.filter((tool) => tool !== undefined);
    });
  }

  /** What the list depends on, as one text: it changes when the list does. */
  async fingerprint(caller: AdmittedCaller, signal: AbortSignal): Promise<string> {
    return await allowed("", async () => {
      const { workflows } = await caller.operations.call(listWorkflows, { exposedOnly: true, limit: TOOLS_MAX }, { signal });
      return workflows.flatMap((workflow) => (workflow.status === "draft" ? [] : [nameOfVersion(workflow)])).join(" ");
    });
  }

  async find(name: string, caller: AdmittedCaller, signal: AbortSignal): Promise<WorkflowTool | undefined> {
    const behind = name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : "";
    const id = this.#isTaken(behind) ? behind : name;
    return this.#nameOf(id) === name ? await this.#read(id, undefined, { caller, signal }) : undefined;
  }

  #nameOf(workflowId: string): string {
    return this.#isTaken(workflowId) ? `${NAME_PREFIX}${workflowId}` : workflowId;
  }

  /** Whether this is the name of another tool, or what a workflow is called whose id is one. */
  #isTaken(id: string): boolean {
    return this.#taken.has(id) || (id.startsWith(NAME_PREFIX) && this.#isTaken(id.slice(NAME_PREFIX.length)));
  }

  async #tool(
    workflow: WorkflowSummary,
    who: { readonly caller: AdmittedCaller; readonly signal: AbortSignal },
  ): Promise<WorkflowTool | undefined> {
    const key = `${who.caller.key} ${nameOfVersion(workflow)}`;
    const tool = this.#remembered.get(key) ?? (await this.#read(workflow.workflowId, workflow.version, who));
    if (tool !== undefined) this.#remembered.set(key, tool);
    return tool;
  }

  async #read(
    workflowId: string,
    version: number | undefined,
    { caller, signal }: { readonly caller: AdmittedCaller; readonly signal: AbortSignal },
  ): Promise<WorkflowTool | undefined> {
    return await allowed(undefined, async () => {
      const input = version === undefined ? { workflowId } : { workflowId, version };
      const workflow = await caller.operations.call(getWorkflow, input, { signal });
      return workflow.definition["expose"] === true && workflow.status !== "draft" ? this.#toolOf(workflow) : undefined;
    });
  }

  #toolOf({ workflowId, definition }: GetWorkflowOutput): WorkflowTool {
    const { name: title, description, inputs } = definition;
    const about = typeof description === "string" && description !== "" ? description : `Executes the workflow "${workflowId}".`;
    const listed: Tool = {
      name: this.#nameOf(workflowId),
      ...(typeof title === "string" ? { title } : {}),
      description: `${about}\n\nRuns as a durable execution of the workflow "${workflowId}" and gives its output; if that takes longer than you can wait, it gives the execution_id for get_workflow_status.`,
      inputSchema: inputSchema(isJsonObject(inputs) ? inputs : {}),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    };
    return { workflowId, listed };
  }
}

/** With the moment, because a workflow that was deleted and made again begins with version 1. */
function nameOfVersion({ workflowId, version, updatedAtMs }: WorkflowSummary): string {
  return `${workflowId}@${version}@${updatedAtMs}`;
}

/** Every input is required unless it has a default, as in the workflow. */
function inputSchema(inputs: Readonly<Record<string, unknown>>): Tool["inputSchema"] {
  const required = Object.keys(inputs).filter((name) => {
    const schema = inputs[name];
    return !isJsonObject(schema) || schema["default"] === undefined;
  });
  // They were checked as JSON Schemas when the workflow was stored.
  return { type: "object", properties: inputs as Tool["inputSchema"]["properties"], required, additionalProperties: false };
}

/** Whoever may not see workflows, or asks for none that is there, is offered none. */
async function allowed<T>(none: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isTuttiError(error, "access.denied") || isTuttiError(error, "workflow.not-found")) return none;
    throw error;
  }
}
