import { stringify } from "yaml";
import * as z from "zod";
import { defined } from "../base/defined.ts";
import type { Json } from "../base/json.ts";
import type { ExportedData, ExportFormat, ExportWorkflowDataInput } from "../contract/export-workflow-data.ts";
import { workflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import { getWorkflow as getWorkflowContract } from "../contract/get-workflow.ts";
import type { GetWorkflowOutput } from "../contract/get-workflow.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { Journal } from "../ports/journal.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { exportTable } from "./export-table.ts";
import type { WorkflowWithExecutions } from "./export-table.ts";
import { findStoredWorkflow } from "./find-stored-workflow.ts";
import { readStatus } from "./get-workflow-status.ts";
import type { StatusPorts } from "./get-workflow-status.ts";
import type { OperationContext } from "./operation-context.ts";
import { currentStatus } from "./workflow-status.ts";

export interface ExportPorts extends StatusPorts {
  readonly workflows: Pick<WorkflowStore, "get">;
  readonly journal: Pick<Journal, "list">;
  readonly history: StatusPorts["history"] & Parameters<typeof currentStatus>[1];
}

/** Executions are added until the text has so many characters. */
const CONTENT_CHARACTERS_MAX = 8 * 1024 * 1024;

/** @throws TuttiError `workflow.not-found` */
export async function exportWorkflowData(
  { workflowId, format = "json", executions: most = 100 }: ExportWorkflowDataInput,
  ports: ExportPorts,
  { caller, signal }: OperationContext,
): Promise<ExportedData> {
  const stored = await findStoredWorkflow({ workflowId }, ports, caller);
  const { version, definition, createdAtMs, updatedAtMs, createdBy, tenant } = stored;
  const status = await currentStatus(stored, ports.history);
  const workflow: GetWorkflowOutput = { workflowId, version, definition, createdAtMs, updatedAtMs, createdBy, ...status };
  // One more, to know whether there are more.
  const limit = Math.min(1_000, most + 1);
  const page = await ports.journal.list({ workflowId, rootsOnly: true, limit, ...defined({ tenant }) });
  // Another workflow may have had the same id before.
  const own = page.executions.filter(({ startedAtMs }) => startedAtMs >= createdAtMs);
  const executions = await readExecutions(own.slice(0, most), ports, signal);
  const exportedAtMs = ports.clock.nowMs();
  return {
    format,
    workflowId,
    content: contentOf({ workflow, executions }, format, exportedAtMs),
    executions: executions.length,
    truncated: executions.length < own.length || (page.nextCursor !== undefined && own.length === page.executions.length),
    exportedAtMs,
  };
}

async function readExecutions(
  summaries: readonly ExecutionSummary[],
  ports: StatusPorts,
  signal: AbortSignal,
): Promise<readonly WorkflowExecutionStatus[]> {
  const executions: WorkflowExecutionStatus[] = [];
  let characters = 0;
  for (const { executionId } of summaries) {
    signal.throwIfAborted();
    const execution = await readStatus(executionId, ports);
    characters += JSON.stringify(execution).length;
    if (characters > CONTENT_CHARACTERS_MAX) break;
    executions.push(execution);
  }
  return executions;
}

function contentOf(data: WorkflowWithExecutions, format: ExportFormat, exportedAtMs: number): string {
  if (format === "csv") return exportTable(data);
  const document = {
    workflow: z.encode(getWorkflowContract.output, data.workflow) as Json,
    executions: data.executions.map((execution) => z.encode(workflowExecutionStatus, execution) as Json),
    exported_at: new Date(exportedAtMs).toISOString(),
  };
  return format === "json" ? `${JSON.stringify(document, undefined, 2)}\n` : stringify(document, { aliasDuplicateObjects: false });
}
