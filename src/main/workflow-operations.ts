import { createWorkflow } from "../contract/create-workflow.ts";
import { deleteWorkflow } from "../contract/delete-workflow.ts";
import { executeWorkflow } from "../contract/execute-workflow.ts";
import { exportWorkflowData } from "../contract/export-workflow-data.ts";
import { getWorkflowMetrics } from "../contract/get-workflow-metrics.ts";
import { getWorkflowStatus } from "../contract/get-workflow-status.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import { listWorkflowVersions } from "../contract/list-workflow-versions.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
import { updateWorkflow } from "../contract/update-workflow.ts";
import { createStoredWorkflow } from "../operations/create-workflow.ts";
import { deleteWorkflow as handleDelete } from "../operations/delete-workflow.ts";
import { executeWorkflow as handleExecute } from "../operations/execute-workflow.ts";
import { exportWorkflowData as handleExport } from "../operations/export-workflow-data.ts";
import type { FindExecutionPorts } from "../operations/find-execution.ts";
import { getWorkflowMetrics as handleMetrics } from "../operations/get-workflow-metrics.ts";
import { getWorkflowStatus as handleStatus } from "../operations/get-workflow-status.ts";
import type { StatusPorts } from "../operations/get-workflow-status.ts";
import { getWorkflow as handleGet } from "../operations/get-workflow.ts";
import { listWorkflowVersions as handleVersions } from "../operations/list-workflow-versions.ts";
import { listWorkflows as handleList } from "../operations/list-workflows.ts";
import type { StartExecutionPorts } from "../operations/start-execution.ts";
import { updateWorkflow as handleUpdate } from "../operations/update-workflow.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { Journal } from "../ports/journal.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import type { OperationTable } from "./operation-table.ts";

/** What reading stored workflows needs, with or without the journal's ownership. */
export interface WorkflowReadingPorts extends FindExecutionPorts, StatusPorts {
  readonly journal: FindExecutionPorts["journal"] & Pick<Journal, "list">;
  readonly workflows: Pick<WorkflowStore, "get" | "list" | "versions">;
  readonly history: ExecutionHistory;
}

/** Adds what can be asked about stored workflows, and about executions in the words of the tools. */
export function addWorkflowReadingOperations(table: OperationTable, ports: WorkflowReadingPorts): OperationTable {
  return table
    .add(getWorkflow, (input, context) => handleGet(input, ports, context))
    .add(listWorkflows, (input, context) => handleList(input, ports, context))
    .add(listWorkflowVersions, (input, context) => handleVersions(input, ports, context))
    .add(getWorkflowStatus, (input, context) => handleStatus(input, ports, context))
    .add(getWorkflowMetrics, (input, context) => handleMetrics(input, ports, context))
    .add(exportWorkflowData, (input, context) => handleExport(input, ports, context));
}

/** What stored workflows need. */
export interface WorkflowPorts extends StartExecutionPorts, WorkflowReadingPorts {
  readonly journal: StartExecutionPorts["journal"] & WorkflowReadingPorts["journal"];
  readonly workflows: WorkflowStore;
}

/** Adds all that can be asked about workflows that are stored, and done with them. */
export function addWorkflowOperations(table: OperationTable, ports: WorkflowPorts): OperationTable {
  return addWorkflowReadingOperations(table, ports)
    .add(createWorkflow, (input, context) => createStoredWorkflow(input, ports, context))
    .add(updateWorkflow, (input, context) => handleUpdate(input, ports, context))
    .add(deleteWorkflow, (input, context) => handleDelete(input, ports, context))
    .add(executeWorkflow, (input, context) => handleExecute(input, ports, context));
}
