import { getWorkflowMetrics, listEvents, listExecutions } from "tutti";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { answerOf } from "./execution-answer.ts";
import { executionId } from "./get-workflow-status.ts";
import type { TenantClient } from "./tenant-client.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const EVENTS_MAX = 500;

const counts = z.object({ executions: z.int(), completed: z.int(), failed: z.int(), success_rate: z.number().nullable() });

const summary = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  waiting_for: z.array(z.string()).optional().describe("What a person has to do"),
});

const output = z.object({
  executions: z.array(summary).optional().describe("The newest first"),
  metrics: counts
    .extend({
      running: z.int(),
      p50_ms: z.number().nullable(),
      p95_ms: z.number().nullable(),
      by_workflow: z.array(counts.extend({ workflow_id: z.string() })),
    })
    .optional(),
  failures: z.array(z.object({ execution_id: z.string(), workflow_id: z.string(), outcome: z.string(), error: z.string() })).optional(),
  events: z.array(z.object({ seq: z.int(), at: z.string(), type: z.string(), task: z.string().optional() })).optional(),
  last_seq: z.int().optional().describe("Give it as after_seq to hear what is new"),
});

const input = z.strictObject({
  execution_id: executionId.optional().describe("Follows one execution: its events"),
  after_seq: z.int().min(0).default(0).describe("Only events after this number"),
  workflow_id: z.string().min(1).max(100).optional().describe("Only executions of this workflow"),
  status: z
    .enum(["active", "executing", "paused", "completed", "failed"])
    .optional()
    .describe("Only executions that are like this; active ones wait for their turn"),
  time_range: z.string().min(2).max(20).default("24h").describe("How far metrics look back, such as 1h, 24h or 7d"),
  limit: z.int().min(1).max(200).default(20).describe("At most so many executions"),
});

/** How executions go. */
export function monitorWorkflow({ engine }: WorkflowTools): ToolPlan {
  return defineTool({
    name: "monitor_workflow",
    title: "Monitor workflows",
    description:
      "Shows how things go: your executions, what they wait for, how many succeeded and how long they took, and the newest failures. With execution_id it follows one execution, event by event.",
    effect: "reads",
    input,
    output,
    run: async (asked, { tenant, signal }) => {
      const client = await engine.clientFor({ tenant });
      if (asked.execution_id !== undefined) return await eventsOf(asked.execution_id, asked.after_seq, client, signal);
      return await overview(asked, client, signal);
    },
  });
}

async function overview(
  { workflow_id, status, time_range, limit }: z.output<typeof input>,
  client: TenantClient,
  signal: AbortSignal,
): Promise<z.output<typeof output>> {
  const filter = { limit, ...(workflow_id === undefined ? {} : { workflowId: workflow_id }), ...(status === undefined ? {} : { status }) };
  const { executions } = await client.call(listExecutions, filter, signal);
  const metrics = await client.call(getWorkflowMetrics, { timeRange: time_range }, signal);
  const listed = executions.map(async ({ executionId: id, workflowId, status: state, outcome, startedAtMs, endedAtMs }) => ({
    execution_id: id,
    workflow_id: workflowId,
    status: state,
    outcome: outcome ?? null,
    started_at: isoOf(startedAtMs),
    ended_at: endedAtMs === undefined ? null : isoOf(endedAtMs),
    ...(state === "paused" || state === "executing" ? { waiting_for: await waitingFor(id, client, signal) } : {}),
  }));
  return {
    executions: await Promise.all(listed),
    metrics: {
      executions: metrics.executions,
      completed: metrics.completed,
      failed: metrics.failed,
      running: metrics.running,
      success_rate: metrics.successRate ?? null,
      p50_ms: metrics.duration?.p50Ms ?? null,
      p95_ms: metrics.duration?.p95Ms ?? null,
      by_workflow: metrics.byWorkflow
        .filter(({ workflowId }) => workflow_id === undefined || workflowId === workflow_id)
        .map((one) => ({
          workflow_id: one.workflowId,
          executions: one.executions,
          completed: one.completed,
          failed: one.failed,
          success_rate: one.successRate ?? null,
        })),
    },
    failures: metrics.failures
      .filter(({ workflowId }) => workflow_id === undefined || workflowId === workflow_id)
      .map(({ executionId: id, workflowId, outcome, error }) => ({
        execution_id: id,
        workflow_id: workflowId,
        outcome,
        error: error === undefined ? "" : `${error.kind}: ${error.message}`.slice(0, 500),
      })),
  };
}

async function waitingFor(id: string, client: TenantClient, signal: AbortSignal): Promise<string[]> {
  const { waiting_for } = await answerOf(id, client, signal);
  return waiting_for.flatMap(({ task = "", kind, message = "" }) =>
    kind === "approval" || kind === "person" ? [`${task} ${kind} ${message}`.trim().slice(0, 500)] : [],
  );
}

async function eventsOf(id: string, afterSeq: number, client: TenantClient, signal: AbortSignal): Promise<z.output<typeof output>> {
  const { events } = await client.call(listEvents, { executionId: id, afterSeq }, signal);
  if (events.length === 0 && afterSeq === 0) throw refuse(`there is no execution "${id}"`);
  const told = events.slice(0, EVENTS_MAX);
  return {
    events: told.map((event) => ({ seq: event.seq, at: isoOf(event.atMs), type: event.type, ...taskOf(event) })),
    last_seq: told.at(-1)?.seq ?? afterSeq,
  };
}

function taskOf(event: object): { readonly task?: string } {
  const { step, call } = event as { readonly step?: unknown; readonly call?: { readonly step?: unknown } };
  const task = step ?? call?.step;
  return typeof task === "string" ? { task } : {};
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
