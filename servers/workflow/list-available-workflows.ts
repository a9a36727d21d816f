import { formatProblem, getWorkflow, listWorkflows, planWorkflow } from "tutti";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { problemText } from "./as-tool-error.ts";
import { type Definition, type Definitions, serversOf, stepsOf } from "./definitions.ts";
import type { Engine } from "./open-engine.ts";
import type { TenantClient } from "./tenant-client.ts";
import type { LibraryWorkflow } from "./workflow-library.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const workflowEntry = z.object({
  workflow_id: z.string(),
  name: z.string(),
  description: z.string(),
  source: z.enum(["library", "own"]).describe("library: of this server, for everybody. own: yours"),
  tasks: z.int().describe("How many steps it has"),
  inputs: z.array(z.object({ name: z.string(), required: z.boolean(), description: z.string() })),
  servers: z.array(z.string()).describe("What it calls, itself and by the workflows that it runs"),
  runnable: z.boolean().describe("Whether it can be executed with the servers that are configured here"),
  problems: z.array(z.string()).describe("Why not"),
});

type Entry = z.output<typeof workflowEntry>;

/** What can be executed. */
export function listAvailableWorkflows({ engine, definitions }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "list_available_workflows",
    title: "Available workflows",
    description:
      "Lists the workflows of this server and those that you have created, with their inputs and whether they can be executed here: one that calls a server that is not configured cannot.",
    effect: "reads",
    input: z.strictObject({
      check: z
        .boolean()
        .default(false)
        .describe("Asks the servers for their tools and compares each call with them; takes as long as starting the servers"),
      limit: z.int().min(1).max(200).default(100).describe("At most so many of your own"),
      cursor: z.string().max(1_000).optional().describe("next_cursor of the answer before: more of your own"),
    }),
    output: z.object({ workflows: z.array(workflowEntry), next_cursor: z.string().optional() }),
    run: async ({ check, limit, cursor }, { tenant, signal }) => {
      const client = await engine.clientFor({ tenant });
      const asking = { engine, definitions, client, signal, check };
      const own = await client.call(listWorkflows, { limit, ...(cursor === undefined ? {} : { cursor }) }, signal);
      const library = cursor === undefined ? [...definitions.library.values()] : [];
      const entries = [
        ...library.map(async (known) =>
          known.workflow === undefined ? unreadable(known) : await entryOf(await definitions.find(known.id, client, signal), asking),
        ),
        ...own.workflows.map(async ({ workflowId, stepCount }) => {
          // A draft has no steps that could be looked at.
          return stepCount === 0
            ? await draft(workflowId, asking)
            : await entryOf(await definitions.find(workflowId, client, signal), asking);
        }),
      ];
      const { nextCursor } = own;
      return { workflows: await Promise.all(entries), ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }) };
    },
  });
}

interface Asking {
  readonly engine: Engine;
  readonly definitions: Definitions;
  readonly client: TenantClient;
  readonly signal: AbortSignal;
  readonly check: boolean;
}

async function entryOf(definition: Definition, { engine, definitions, client, signal, check }: Asking): Promise<Entry> {
  const { workflow, source, text } = definition;
  const children = await definitions.childrenOf(workflow, client, signal);
  const servers = [...new Set([definition, ...children].flatMap((one) => serversOf(one.workflow)))].sort();
  const missing = servers
    .filter((server) => !engine.servers.has(server))
    .map((server) => `the server "${server}" is not configured (SERVERS_CONFIG)`);
  const files = {
    file: `${workflow.id}.yaml`,
    text,
    children: children.map((child) => ({ file: `${child.workflow.id}.yaml`, text: child.text })),
  };
  const problems = missing.length > 0 || !check ? missing : await planned(files, client, signal);
  return {
    workflow_id: workflow.id,
    name: workflow.name ?? workflow.id,
    description: (workflow.description ?? "").slice(0, 1_000),
    source,
    tasks: stepsOf(workflow).length,
    inputs: Object.entries(workflow.inputs)
      .slice(0, 100)
      .map(([name, schema]) => ({
        name,
        required: !Object.hasOwn(schema, "default"),
        description: typeof schema["description"] === "string" ? schema["description"].slice(0, 300) : "",
      })),
    servers,
    runnable: problems.length === 0,
    problems: problems.slice(0, 20),
  };
}

interface WorkflowFile {
  readonly file: string;
  readonly text: string;
}

async function planned(
  workflow: WorkflowFile & { readonly children: readonly WorkflowFile[] },
  client: TenantClient,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { problems } = await client.call(planWorkflow, { workflow }, signal);
    return problems.filter(({ severity }) => severity === "error").map(problemText);
  } catch (error) {
    signal.throwIfAborted();
    return [error instanceof Error ? error.message.slice(0, 1_000) : String(error)];
  }
}

function unreadable({ id, problems }: LibraryWorkflow): Entry {
  const told = problems.slice(0, 20).map(formatProblem);
  return {
    workflow_id: id,
    name: id,
    description: "",
    source: "library",
    tasks: 0,
    inputs: [],
    servers: [],
    runnable: false,
    problems: told,
  };
}

async function draft(id: string, { client, signal }: Asking): Promise<Entry> {
  const { definition } = await client.call(getWorkflow, { workflowId: id }, signal);
  const text = (key: string): string => (typeof definition[key] === "string" ? definition[key] : "");
  const problems = ["it is a draft: it has no steps yet"];
  return {
    workflow_id: id,
    name: text("name") || id,
    description: text("description"),
    source: "own",
    tasks: 0,
    inputs: [],
    servers: [],
    runnable: false,
    problems,
  };
}
