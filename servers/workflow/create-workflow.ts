import { createWorkflow as create, isTuttiError, listWorkflows, parseWorkflow, updateWorkflow, workflowToDocument } from "tutti";
import type { JsonObject } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { problemText } from "./as-tool-error.ts";
import { checkedJson } from "./given-json.ts";
import { ORCHESTRATION } from "./orchestrate-workflow.ts";
import { requestKeyOf } from "./request-key.ts";
import type { TenantClient } from "./tenant-client.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const OWN_MAX = 1_000;

const NO_SCHEDULE = 'on: this server does not look at "on"; schedule_workflow executes a workflow at times to come';

/** Stores a workflow of a tenant. */
export function createWorkflow({ engine, definitions }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "create_workflow",
    title: "Create a workflow",
    description:
      "Stores a workflow of your own under its id: steps that call tools of servers, wait, or run other workflows. docs/workflow-file.md says what a workflow may have. " +
      "Everything that is wrong with it is told at once, each with its place, and then nothing is stored.",
    effect: "changes",
    input: z.strictObject({
      definition: z
        .union([z.string().min(1).max(1_000_000), z.record(z.string().max(200), z.unknown())])
        .describe("The workflow: the text of a workflow file (YAML or JSON), or the same as an object"),
      replace: z.boolean().default(false).describe("Makes a new version of a workflow of yours that has this id already"),
    }),
    output: z.object({
      workflow_id: z.string(),
      workflow_status: z.string().describe("draft: it has no steps yet and cannot be executed. active: it can"),
      version: z.int(),
      warnings: z.array(z.string()).describe("What would be wrong with it now, such as a tool that no server has"),
    }),
    run: async ({ definition, replace }, { tenant, user, key, signal }) => {
      const document = typeof definition === "string" ? documentOf(definition) : checkedJson(definition, "definition");
      const id = document["id"] ?? document["workflow_id"];
      if (typeof id === "string" && definitions.library.has(id))
        throw refuse(`the id "${id}" is that of a workflow of this server; choose another one`);
      if (id === ORCHESTRATION) throw refuse(`the id "${id}" is that of what orchestrate_workflow executes; choose another one`);
      const client = await engine.clientFor({ tenant, ...(user === undefined ? {} : { user }) });
      const stored = await store({ definition: document, ...requestKeyOf(key) }, { client, signal, replace });
      const { workflowId, workflowStatus, version, warnings = [] } = stored;
      const all = [...warnings, ...(Object.hasOwn(document, "on") ? [NO_SCHEDULE] : [])];
      return { workflow_id: workflowId, workflow_status: workflowStatus, version, warnings: all.slice(0, 100) };
    },
  });
}

interface Storing {
  readonly client: TenantClient;
  readonly signal: AbortSignal;
  readonly replace: boolean;
}

async function store(input: { readonly definition: JsonObject; readonly requestKey?: string }, { client, signal, replace }: Storing) {
  if (replace) {
    const updated = await client.call(updateWorkflow, input, signal).catch((error: unknown) => {
      if (!isTuttiError((error as Error).cause, "workflow.not-found")) throw error;
    });
    if (updated !== undefined) return updated;
  }
  const { workflows, nextCursor } = await client.call(listWorkflows, { limit: OWN_MAX }, signal);
  if (workflows.length >= OWN_MAX || nextCursor !== undefined)
    throw refuse(`there are ${OWN_MAX} workflows of yours already, and no more are kept`);
  return await client.call(create, input, signal).catch((error: unknown) => {
    // What Tutti would have one call instead is no tool of this server.
    const { cause } = error as Error;
    if (!isTuttiError(cause, "workflow.exists")) throw error;
    throw refuse(`there is a workflow "${cause.details.workflowId}" of yours already: choose another id, or replace it with replace: true`);
  });
}

/** @throws ToolError - with everything that is wrong with the text, each with line and column */
function documentOf(text: string): JsonObject {
  const { workflow, problems } = parseWorkflow(text, "definition");
  if (workflow !== undefined) return workflowToDocument(workflow);
  const wrong = problems.filter(({ severity }) => severity === "error");
  const told = wrong.map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`);
  throw refuse(`the definition is not right:\n${told.slice(0, 20).join("\n")}`, {
    code: "definition.invalid",
    problems: told.slice(0, 100),
  });
}
