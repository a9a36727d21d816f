import { approveExecution } from "./approve-execution.ts";
import { backup } from "./backup.ts";
import { callTool } from "./call-tool.ts";
import { cancelExecution } from "./cancel-execution.ts";
import { checkHealth } from "./check-health.ts";
import { checkJournal } from "./check-journal.ts";
import { checkServers } from "./check-servers.ts";
import { diffTools } from "./diff-tools.ts";
import { executeRequest } from "./execute-request.ts";
import { startExecution } from "./start-execution.ts";
import { formatWorkflow } from "./format-workflow.ts";
import { getAuditHead } from "./get-audit-head.ts";
import { getCapabilityMatrix } from "./get-capability-matrix.ts";
import { getExecution } from "./get-execution.ts";
import { getResponse } from "./get-response.ts";
import { getServerStats } from "./get-server-stats.ts";
import { getWorkflowSchema } from "./get-workflow-schema.ts";
import { listEvents } from "./list-events.ts";
import { listExecutions } from "./list-executions.ts";
import { listInterruptedExecutions } from "./list-interrupted-executions.ts";
import { listServers } from "./list-servers.ts";
import { listTools } from "./list-tools.ts";
import { lockTools } from "./lock-tools.ts";
import type { Operation } from "./operation.ts";
import { pauseExecution } from "./pause-execution.ts";
import { planWorkflow } from "./plan-workflow.ts";
import { pruneExecutions } from "./prune-executions.ts";
import { queryAudit } from "./query-audit.ts";
import { resolveExecution } from "./resolve-execution.ts";
import { resumeExecution } from "./resume-execution.ts";
import { retryExecution } from "./retry-execution.ts";
import { validateWorkflow } from "./validate-workflow.ts";
import { verifyAudit } from "./verify-audit.ts";
import { watchExecution } from "./watch-execution.ts";

/** Everything that the world may ask of Tutti. */
export const OPERATIONS: readonly Operation<unknown, unknown, unknown>[] = [
  approveExecution,
  backup,
  callTool,
  cancelExecution,
  checkHealth,
  checkJournal,
  checkServers,
  diffTools,
  executeRequest,
  startExecution,
  formatWorkflow,
  getAuditHead,
  getCapabilityMatrix,
  getExecution,
  getResponse,
  getServerStats,
  getWorkflowSchema,
  listEvents,
  listExecutions,
  listInterruptedExecutions,
  listServers,
  listTools,
  lockTools,
  pauseExecution,
  planWorkflow,
  pruneExecutions,
  queryAudit,
  resolveExecution,
  resumeExecution,
  retryExecution,
  validateWorkflow,
  verifyAudit,
  watchExecution,
];
