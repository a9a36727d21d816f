export { parseWorkflow } from "./definition/parse-workflow.ts";
export type { ParsedWorkflow } from "./definition/parse-workflow.ts";
export { printWorkflow, workflowToDocument } from "./definition/print-workflow.ts";
export { workflowJsonSchema } from "./definition/workflow-json-schema.ts";
export { formatProblem } from "./definition/format-problem.ts";

export { buildPlan } from "./planner/build-plan.ts";
export type { PlanInput, PlanResult } from "./planner/build-plan.ts";

export { loadConfig } from "./main/config.ts";
export type { Config, ConfigRequest } from "./main/config.ts";
export { createDatabaseAdapter, createEmailAdapter, createMultiServiceAdapter } from "./main/create-service-adapters.ts";
export type { DatabaseAdapterOptions, EmailAdapterOptions, MultiServiceAdapterOptions } from "./main/create-service-adapters.ts";
export { openEnvelopeAdapter } from "./main/open-envelope-adapter.ts";
export type { EnvelopeAdapterOptions, OpenEnvelopeAdapter } from "./main/open-envelope-adapter.ts";
export { startServer } from "./main/start-server.ts";
export type { ServerEnd, StartedServer, StartServerOptions } from "./main/start-server.ts";
export { validateServicePort } from "./main/service-port.ts";
export type { ServicePort } from "./main/service-port.ts";
export { PORT_TABLE, portTable } from "./model/port-table.ts";
export type { PortAllocation, PortTable, ServiceType } from "./model/port-table.ts";
export { openTutti } from "./main/open-tutti.ts";
export type { ExecuteRequest, Tutti, TuttiOptions } from "./main/open-tutti.ts";

export { approveExecution } from "./contract/approve-execution.ts";
export { cancelExecution } from "./contract/cancel-execution.ts";
export { getExecution } from "./contract/get-execution.ts";
export { listEvents } from "./contract/list-events.ts";
export { listExecutions } from "./contract/list-executions.ts";
export { pauseExecution } from "./contract/pause-execution.ts";
export { planWorkflow } from "./contract/plan-workflow.ts";
export { pruneExecutions } from "./contract/prune-executions.ts";
export { resolveExecution } from "./contract/resolve-execution.ts";
export { resumeExecution } from "./contract/resume-execution.ts";
export { retryExecution } from "./contract/retry-execution.ts";
export { watchExecution } from "./contract/watch-execution.ts";

export { aggregateTaskResults } from "./contract/aggregate-task-results.ts";
export { applyPattern } from "./contract/apply-pattern.ts";
export { createWorkflow } from "./contract/create-workflow.ts";
export { deleteWorkflow } from "./contract/delete-workflow.ts";
export { distributeTask } from "./contract/distribute-task.ts";
export { executeWorkflow } from "./contract/execute-workflow.ts";
export { exportWorkflowData } from "./contract/export-workflow-data.ts";
export { getSystemHealth } from "./contract/get-system-health.ts";
export { getTaskStatus } from "./contract/get-task-status.ts";
export { getWorkflow } from "./contract/get-workflow.ts";
export { getWorkflowMetrics } from "./contract/get-workflow-metrics.ts";
export { getWorkflowStatus } from "./contract/get-workflow-status.ts";
export { listMachines } from "./contract/list-machines.ts";
export { listPatterns } from "./contract/list-patterns.ts";
export { listWorkflows } from "./contract/list-workflows.ts";
export { updateWorkflow } from "./contract/update-workflow.ts";
export { validatePatternApplication } from "./contract/validate-pattern-application.ts";
export { watchNews } from "./contract/watch-news.ts";

export { checkHealth } from "./contract/check-health.ts";
export { getServerStats } from "./contract/get-server-stats.ts";

export { getAuditHead } from "./contract/get-audit-head.ts";
export { queryAudit } from "./contract/query-audit.ts";
export { verifyAudit } from "./contract/verify-audit.ts";
export type { AuditEntry, AuditFinding, AuditHead, AuditPage, AuditVerdict, RecordedEntry } from "./model/audit.ts";

export type { Fallback, RegisteredService } from "./calls/adapter-settings.ts";
export { consumeResponse } from "./calls/consume-response.ts";
export type { ResponseLog } from "./calls/consume-response.ts";
export type { ContextInjector } from "./calls/context-injector.ts";
export { databaseContextInjector } from "./calls/database-injector.ts";
export { defaultContextInjector } from "./calls/default-injector.ts";
export { emailContextInjector } from "./calls/email-injector.ts";
export type { BatchedCall, CallBatchOptions, CallToolOptions, EnvelopeAdapter, RegisterServerOptions } from "./calls/envelope-adapter.ts";
export type { Settled } from "./calls/call-batch.ts";
export { handleDatabaseRequest } from "./calls/handle-database-request.ts";
export type { MultiService, MultiServiceOverrides } from "./calls/multi-service-servers.ts";
export { currentContext, requireContext, runInContext } from "./context/ambient-context.ts";

export type { CallOptions, OperationClient } from "./client/operation-client.ts";
export type { ExecutionView } from "./contract/execution-report.ts";
export type { ExecutionNews } from "./contract/news.ts";
export type { Operation } from "./contract/operation.ts";

export type { Json, JsonObject } from "./base/json.ts";
export { Context } from "./envelope/context.ts";
export type { Envelope } from "./envelope/envelope.ts";
export type { EnvelopeError } from "./envelope/envelope-error.ts";
export type { ErrorMode, ErrorPolicy, ErrorPolicySetting } from "./envelope/error-policy.ts";
export type { ErrorVariant } from "./envelope/error-variant.ts";
export type { Meta } from "./envelope/meta.ts";
export type {
  JsonRpcRequest,
  JsonRpcResponse,
  McpToolCall,
  McpToolResponse,
  WorkflowRequest,
  WorkflowResponse,
} from "./envelope/payloads.ts";
export type { AccessConfig, Identity, IdentityConfig, TenantConfig } from "./model/access.ts";
export type { CheckConfig, CheckRegistry, HandlerConfig, ReviewConfig } from "./model/check.ts";
export { TRANSPORT_PROFILES, transportProfile } from "./model/transport-profile.ts";
export type { TransportProfile } from "./model/transport-profile.ts";
export { isTuttiError, TuttiError } from "./model/errors.ts";
export type { ErrorCode, ErrorDetails } from "./model/errors.ts";
export type { CallError, CallErrorKind } from "./model/call.ts";
export type { ExecutionEvent } from "./model/event.ts";
export type { ExecutionReport, ExecutionStatus, ExecutionSummary, Leftover, Outcome, StepReport, StepStatus } from "./model/execution.ts";
export type { Plan, PlanNode } from "./model/plan.ts";
export type { LocatedProblem, Problem } from "./model/problem.ts";
export type { HealthState } from "./model/health.ts";
export type { ServerRecord } from "./model/server-record.ts";
export type { ServerSettings } from "./model/server-settings.ts";
export type {
  BreakerConfig,
  DatabaseInjectorConfig,
  DatabaseTableConfig,
  EmailInjectorConfig,
  EmailSenderConfig,
  HttpConnection,
  InjectorConfig,
  RateLimit,
  RateLimits,
  ReplicaConfig,
  RetryBudget,
  SectionInclusion,
  SecurityDemand,
  ServerAddress,
  ServerConfig,
  StdioConnection,
  TlsConfig,
  WebSocketConnection,
} from "./model/server.ts";
export type { Catalog, ServerCatalog, Tool } from "./model/tool.ts";
export type { Effect, Step, Workflow } from "./model/workflow.ts";
export type { ElicitationAnswer, ElicitationQuestion, Elicitor } from "./ports/elicitation.ts";
export type { Secrets } from "./ports/secrets.ts";
