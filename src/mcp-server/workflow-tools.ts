import type { Tool } from "@modelcontextprotocol/server";
import { LRUCache } from "lru-cache";
import { isJsonObject } from "../base/json.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import type { GetWorkflowOutput } from "../contract/get-workflow.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
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
 * have the ids of their workflows as names, but for ids that are names of other tools.
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
      const tools = await Promise.all(
        ready.map(async ({ workflowId, version }) => await this.#tool(workflowId, version, { caller, signal })),
      );
      return tools.filter((tool) => tool !== undefined);
    });
  }

  /** What the list depends on, as one text: it changes when the list does. */
  async fingerprint(caller: AdmittedCaller, signal: AbortSignal): Promise<string> {
    return await allowed("", async () => {
      const { workflows } = await caller.operations.call(listWorkflows, { exposedOnly: true, limit: TOOLS_MAX }, { signal });
      return workflows.flatMap(({ workflowId, version, status }) => (status === "draft" ? [] : [`${workflowId}@${version}`])).join(" ");
    });
  }

  async find(name: string, caller: AdmittedCaller, signal: AbortSignal): Promise<WorkflowTool | undefined> {
    const id = name.startsWith(NAME_PREFIX) && this.#taken.has(name.slice(NAME_PREFIX.length)) ? name.slice(NAME_PREFIX.length) : name;
    return await this.#read(id, undefined, { caller, signal });
  }

  async #tool(
    workflowId: string,
    version: number,
    who: { readonly caller: AdmittedCaller; readonly signal: AbortSignal },
  ): Promise<WorkflowTool | undefined> {
    // A version never changes; a workflow that was deleted and made again begins with version 1, and is read by whoever calls it.
    const key = `${who.caller.key} ${workflowId} ${version}`;
    const tool = this.#remembered.get(key) ?? (await this.#read(workflowId, version, who));
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
      name: this.#taken.has(workflowId) ? `${NAME_PREFIX}${workflowId}` : workflowId,
      ...(typeof title === "string" ? { title } : {}),
      description: `${about}\n\nRuns as a durable execution of the workflow "${workflowId}" and gives its output; if that takes longer than you can wait, it gives the execution_id for get_workflow_status.`,
      inputSchema: inputSchema(isJsonObject(inputs) ? inputs : {}),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    };
    return { workflowId, listed };
  }
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
