export { answerEnvelope } from "./envelope-server/answer-envelope.ts";
export type { AnswerParts } from "./envelope-server/answer-envelope.ts";
export { createDatabaseTools } from "./envelope-server/database-tools.ts";
export { defineEnvelopeTool } from "./envelope-server/define-envelope-tool.ts";
export type { EnvelopeToolDefinition } from "./envelope-server/define-envelope-tool.ts";
export { createEnvelopeServer } from "./envelope-server/envelope-server.ts";
export type { CallSettings, EnvelopeServer, EnvelopeServerOptions, EnvelopeServerPorts } from "./envelope-server/envelope-server.ts";
export type {
  EnvelopeTool,
  RunningCall,
  ToolAnnotations,
  ToolAnswer,
  ToolEnvelope,
  ToolProgress,
} from "./envelope-server/envelope-tool.ts";
export type { ListenSettings, ServerTls } from "./envelope-server/local-listener.ts";
export { rememberAnswer } from "./envelope-server/remember-answer.ts";
export type { IdempotencyStore } from "./envelope-server/remember-answer.ts";
export type { RunningServer } from "./envelope-server/running-server.ts";
export { serveEnvelopeTools } from "./envelope-server/serve-envelope-tools.ts";
export type { HealthAnswer } from "./envelope-server/serve-http.ts";
export type { ServeOptions, ServeTransport } from "./envelope-server/serve-envelope-tools.ts";
export { WebSocketServerTransport } from "./mcp-wire/web-socket-server-transport.ts";
export type { Database, DatabaseResult, DatabaseTransaction, TenantDatabaseOptions } from "./envelope-server/tenant-database.ts";
export { ToolError } from "./envelope-server/tool-error.ts";
export type { ToolErrorOptions } from "./envelope-server/tool-error.ts";
export type { SchemaSource } from "./envelope-server/tool-schema.ts";

export type { Json, JsonObject } from "./base/json.ts";
export { currentContext, requireContext } from "./context/ambient-context.ts";
export { Context } from "./envelope/context.ts";
export type { EnvelopeError } from "./envelope/envelope-error.ts";
export type { Envelope } from "./envelope/envelope.ts";
export type { ErrorVariant } from "./envelope/error-variant.ts";
export type { Meta } from "./envelope/meta.ts";
export type { DatabaseInjectorConfig, DatabaseTableConfig } from "./model/server.ts";
export type { McpToolCall, McpToolResponse } from "./envelope/payloads.ts";
export { rowSecurityStatements } from "./tenant-sql/row-security.ts";
