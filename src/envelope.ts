export { decodeBinary, encodeBinary, isBinary } from "./envelope/binary-payload.ts";
export type { BinaryPayload } from "./envelope/binary-payload.ts";
export { decodeFrame, encodeFrame, FRAME_BYTES_MAX, isFrame } from "./envelope/binary-frame.ts";
export { withoutClaims } from "./envelope/browser-meta.ts";
export { withChildContext, withResponseFields } from "./envelope/child-meta.ts";
export type { ChildIds, Elapsed } from "./envelope/child-meta.ts";
export { ContextBuilder } from "./envelope/context-builder.ts";
export { ContextError } from "./envelope/context-error.ts";
export type { ContextFault } from "./envelope/context-error.ts";
export { Context } from "./envelope/context.ts";
export { decodeEnvelope, encodeEnvelope, ENVELOPE_BYTES_MAX, parseEnvelope, printEnvelope } from "./envelope/envelope-codec.ts";
export type { EnvelopeError } from "./envelope/envelope-error.ts";
export { EnvelopeInvalidError } from "./envelope/envelope-invalid-error.ts";
export { envelopeJsonSchema } from "./envelope/envelope-json-schema.ts";
export type { Envelope } from "./envelope/envelope.ts";
export type { ErrorMode, ErrorPolicy, ErrorPolicySetting } from "./envelope/error-policy.ts";
export { ERROR_VARIANTS } from "./envelope/error-variant.ts";
export type { ErrorVariant } from "./envelope/error-variant.ts";
export { envelopeLineReader, printEnvelopeLine } from "./envelope/json-lines.ts";
export type { EnvelopeLine, EnvelopeLineReader } from "./envelope/json-lines.ts";
export { envelopeErrorOfJsonRpc, jsonRpcErrorOf, variantOfJsonRpcCode } from "./envelope/json-rpc-error.ts";
export { decodeMeta, encodeMeta, META_BYTES_MAX, metaSchema } from "./envelope/meta-codec.ts";
export { CONTEXT_KEY, ENVELOPE_KEY, IDEMPOTENCY_KEY, SECURITY_KEY } from "./envelope/meta-keys.ts";
export type {
  DatabaseQueryTrace,
  DebugMeta,
  Delegation,
  ExternalCall,
  Meta,
  MonitoringMeta,
  PerformanceMeta,
  RetryContext,
  SecurityContext,
  SecurityMeta,
  SecurityViolation,
  ServiceHop,
  StepContext,
  TracingMeta,
  WorkflowContext,
} from "./envelope/meta.ts";
export { newMeta } from "./envelope/new-meta.ts";
export type { EnvelopeSource } from "./envelope/new-meta.ts";
export { completeErrorPolicy, DEFAULT_ERROR_POLICY, errorPolicyOf, normalizeErrorPolicy } from "./envelope/normalize-error-policy.ts";
export type { ErrorPolicyLimits, ErrorPolicySources } from "./envelope/normalize-error-policy.ts";
export {
  jsonRpcRequest,
  jsonRpcResponse,
  mcpToolCall,
  mcpToolResponse,
  payloadJsonSchema,
  withPayload,
  workflowRequest,
  workflowResponse,
} from "./envelope/payload-codec.ts";
export type {
  JsonRpcError,
  JsonRpcRequest,
  JsonRpcResponse,
  McpToolCall,
  McpToolResponse,
  WorkflowRequest,
  WorkflowResponse,
} from "./envelope/payloads.ts";
export { failureEnvelope, partialEnvelope, requestEnvelope, successEnvelope } from "./envelope/request-envelope.ts";
export { selectMeta } from "./envelope/select-meta.ts";
export type { MetaSelection } from "./envelope/select-meta.ts";
export { baggageOf, readTraceparent, traceparentOf } from "./envelope/traceparent.ts";
export type { TraceHeaders } from "./envelope/traceparent.ts";
export { userMessage } from "./envelope/user-message.ts";
export { isUserError, shouldRetry, VARIANT_TRAITS } from "./envelope/variant-traits.ts";
export type { RetryClass, VariantTraits } from "./envelope/variant-traits.ts";

export { systemClock } from "./base/clock.ts";
export type { Clock } from "./base/clock.ts";
export { randomIds } from "./base/ids.ts";
export type { IdSource, TraceIdSource } from "./base/ids.ts";
export type { Json, JsonObject } from "./base/json.ts";
