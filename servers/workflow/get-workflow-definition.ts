import { buildPlan, printWorkflow, type Step, type Workflow, workflowToDocument } from "tutti";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { type Definition, stepsOf } from "./definitions.ts";
import { workflowId } from "./execute-workflow.ts";
import { permissiveCatalog } from "./permissive-catalog.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

type JsonValue = z.output<ReturnType<typeof z.json>>;

const TASKS_MAX = 1_000;
const TEXT_MAX = 256 * 1024;

const task = z.object({
  id: z.string(),
  name: z.string(),
  task_type: z
    .enum([
      "template_generation",
      "database_operation",
      "api_call",
      "analytics_collection",
      "news_processing",
      "custom_script",
      "workflow",
      "approval",
      "wait",
      "value",
    ])
    .describe("What kind of work it is, by the server that it calls"),
  tool: z.string().optional().describe("server.tool"),
  parameters: z.json().describe("Its arguments, with the expressions in them"),
  timeout_seconds: z.number().nullable().describe("For one attempt; null for what has no limit of its own"),
  retry_count: z.int().describe("Attempts in all, at most"),
});

/** What a workflow is made of. */
export function getWorkflowDefinition({ engine, definitions }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "get_workflow_definition",
    title: "Definition of a workflow",
    description:
      "Shows a workflow: its inputs, its tasks, which task waits for which, and the whole of it as the text of a workflow file, which create_workflow takes.",
    effect: "reads",
    input: z.strictObject({ workflow_id: workflowId }),
    output: z.object({
      workflow_id: z.string(),
      name: z.string(),
      description: z.string(),
      source: z.enum(["library", "own"]),
      version: z.int().optional(),
      inputs: z.record(z.string(), z.json()).describe("A JSON Schema by name; required unless it has a default"),
      tasks: z.array(task).describe("The first 1,000"),
      dependencies: z.record(z.string(), z.array(z.string())).describe("By task, those that it waits for"),
      timeout_seconds: z.number().nullable(),
      retry_policy: z.json().describe("What happens when a task has finally failed"),
      definition: z.string().describe("The workflow as YAML; cut after 256 KiB"),
    }),
    run: async ({ workflow_id }, { tenant, signal }) => {
      const client = await engine.clientFor({ tenant });
      const { main, children } = await definitions.family(workflow_id, client, signal);
      const { workflow, source, version } = main;
      return {
        workflow_id: workflow.id,
        name: workflow.name ?? workflow.id,
        description: workflow.description ?? "",
        source,
        ...(version === undefined ? {} : { version }),
        inputs: json(workflow.inputs) as Record<string, JsonValue>,
        tasks: stepsOf(workflow).slice(0, TASKS_MAX).map(taskOf),
        dependencies: dependenciesOf(workflow, children),
        timeout_seconds: workflow.timeoutMs === undefined ? null : workflow.timeoutMs / 1_000,
        retry_policy: json(workflowToDocument(workflow)["error_policy"] ?? "fail_fast"),
        definition: printWorkflow(workflow).slice(0, TEXT_MAX),
      };
    },
  });
}

/** With those that expressions read, which only planning finds. */
function dependenciesOf(workflow: Workflow, children: readonly Definition[]): Record<string, string[]> {
  const workflows = Object.fromEntries(children.map((child) => [child.workflow.id, child.workflow]));
  const all = [workflow, ...children.map((child) => child.workflow)];
  const { plan } = buildPlan({ workflow, workflows, catalog: permissiveCatalog(all) });
  const named = stepsOf(workflow).map(({ id, needs }) => [id, [...needs]] as const);
  if (plan === undefined) return Object.fromEntries(named.slice(0, TASKS_MAX).map(([id, needs]) => [id, [...needs]]));
  const found = plan.nodes.map(({ step, needs }) => [step.id, needs.flatMap((place) => plan.nodes[place]?.step.id ?? [])] as const);
  return Object.fromEntries(found.slice(0, TASKS_MAX));
}

const TYPES: ReadonlyMap<string, z.output<typeof task>["task_type"]> = new Map([
  ["template", "template_generation"],
  ["database", "database_operation"],
  ["data", "database_operation"],
  ["api-gateway", "api_call"],
  ["integration", "api_call"],
  ["analytics", "analytics_collection"],
  ["news-data", "news_processing"],
] as const);

function taskOf({ id, name = id, action, timeoutMs, retry }: Step): z.output<typeof task> {
  const common = { id, name, timeout_seconds: timeoutMs === undefined ? null : timeoutMs / 1_000, retry_count: retry?.maxAttempts ?? 3 };
  switch (action.kind) {
    case "tool": {
      const task_type = TYPES.get(action.server) ?? "custom_script";
      const timeout = timeoutMs === undefined ? { timeout_seconds: 30 } : {};
      return { ...common, ...timeout, task_type, tool: `${action.server}.${action.tool}`, parameters: json(action.with) };
    }
    case "workflow":
      return { ...common, task_type: "workflow", parameters: json({ workflow: action.workflow, with: action.with }) };
    case "approval":
      return { ...common, task_type: "approval", parameters: json({ message: action.message, roles: action.roles }) };
    case "sleep":
      return { ...common, task_type: "wait", parameters: json({ duration: action.duration, until: action.until }) };
    case "value":
      return { ...common, task_type: "value", parameters: json(action.value) };
  }
}

function json(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue;
}
