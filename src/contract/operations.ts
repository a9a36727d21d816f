import { aggregateTaskResults } from "./aggregate-task-results.ts";
import { applyPattern } from "./apply-pattern.ts";
import { approveExecution } from "./approve-execution.ts";
import { backup } from "./backup.ts";
import { callTool } from "./call-tool.ts";
import { cancelExecution } from "./cancel-execution.ts";
import { checkHealth } from "./check-health.ts";
import { checkJournal } from "./check-journal.ts";
import { checkServers } from "./check-servers.ts";
import { createWorkflow } from "./create-workflow.ts";
import { deleteWorkflow } from "./delete-workflow.ts";
import { diffTools } from "./diff-tools.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import { distributeTask } from "./distribute-task.ts";
import { executeRequest } from "./execute-request.ts";
import { getPatternApplication } from "./get-pattern-application.ts";
import { listPatternApplications } from "./list-pattern-applications.ts";
import { listPatterns } from "./list-patterns.ts";
import { startExecution } from "./start-execution.ts";
import { exportWorkflowData } from "./export-workflow-data.ts";
import { formatWorkflow } from "./format-workflow.ts";
import { getAuditHead } from "./get-audit-head.ts";
import { getCapabilityMatrix } from "./get-capability-matrix.ts";
import { getExecution } from "./get-execution.ts";
import { getMachine } from "./get-machine.ts";
import { getResponse } from "./get-response.ts";
import { getServerStats } from "./get-server-stats.ts";
import { getSystemHealth } from "./get-system-health.ts";
import { getTaskStatus } from "./get-task-status.ts";
import { getWorkflowMetrics } from "./get-workflow-metrics.ts";
import { getWorkflowSchema } from "./get-workflow-schema.ts";
import { getWorkflowStatus } from "./get-workflow-status.ts";
import { getWorkflow } from "./get-workflow.ts";
import { listEvents } from "./list-events.ts";
import { listExecutions } from "./list-executions.ts";
import { listInterruptedExecutions } from "./list-interrupted-executions.ts";
import { listMachines } from "./list-machines.ts";
import { listServers } from "./list-servers.ts";
import { listTools } from "./list-tools.ts";
import { listWorkflowVersions } from "./list-workflow-versions.ts";
import { listWorkflows } from "./list-workflows.ts";
import { lockTools } from "./lock-tools.ts";
import type { Operation } from "./operation.ts";
import { pauseExecution } from "./pause-execution.ts";
import { planWorkflow } from "./plan-workflow.ts";
import { pruneExecutions } from "./prune-executions.ts";
import { queryAudit } from "./query-audit.ts";
import { resolveExecution } from "./resolve-execution.ts";
import { resumeExecution } from "./resume-execution.ts";
import { retryExecution } from "./retry-execution.ts";
import { updateWorkflow } from "./update-workflow.ts";
import { validatePatternApplication } from "./validate-pattern-application.ts";
import { validateWorkflow } from "./validate-workflow.ts";
import { verifyAudit } from "./verify-audit.ts";
import { watchExecution } from "./watch-execution.ts";
import { watchNews } from "./watch-news.ts";

/** Everything that the world may ask of Tutti. */
export const OPERATIONS: readonly Operation<unknown, unknown, unknown>[] = [
  aggregateTaskResults,
  applyPattern,
  approveExecution,
  backup,
  callTool,
  cancelExecution,
  checkHealth,
  checkJournal,
  checkServers,
  createWorkflow,
  deleteWorkflow,
  diffTools,
  distributeTask,
  executeRequest,
  executeWorkflow,
  exportWorkflowData,
  getPatternApplication,
  listPatternApplications,
  listPatterns,
  startExecution,
  formatWorkflow,
  getAuditHead,
  getCapabilityMatrix,
  getExecution,
  getMachine,
  getResponse,
  getServerStats,
  getWorkflow,
  getSystemHealth,
  getTaskStatus,
  getWorkflowMetrics,
  getWorkflowSchema,
  getWorkflowStatus,
  listEvents,
  listExecutions,
  listInterruptedExecutions,
  listMachines,
  listServers,
  listTools,
  listWorkflowVersions,
  listWorkflows,
  lockTools,
  pauseExecution,
  planWorkflow,
  pruneExecutions,
  queryAudit,
  resolveExecution,
  resumeExecution,
  retryExecution,
  updateWorkflow,
  validatePatternApplication,
  validateWorkflow,
  verifyAudit,
  watchExecution,
  watchNews,
];
