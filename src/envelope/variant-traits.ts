import type { EnvelopeError } from "./envelope-error.ts";
import type { ErrorVariant } from "./error-variant.ts";

/** How a request may be sent again: after ever longer waits, after equal ones, at once, or not at all. */
export type RetryClass = "exponential" | "linear" | "immediate" | "none";

/** How a kind of error is answered where nothing more is known of it. */
export interface VariantTraits {
  /** The code for programs, when the error has none of its own. */
  readonly code: string;
  readonly httpStatus: number;
  /** Those below -32000 are of JSON-RPC; for all others it is -31000 minus the HTTP status. */
  readonly jsonRpcCode: number;
  readonly retryClass: RetryClass;
  /** Whether the one who asked can mend it by asking something else. */
  readonly userError: boolean;
  /** For a person, without anything that only a programmer or an attacker could use. */
  readonly userMessage: string;
}

/** Whether the same request may succeed when it is sent again. Whether that is safe is for the step to say. */
export function shouldRetry(error: Pick<EnvelopeError, "type">): boolean {
  return VARIANT_TRAITS[error.type].retryClass !== "none";
}

/** Whether the one who asked can mend it by asking something else. */
export function isUserError(error: Pick<EnvelopeError, "type">): boolean {
  return VARIANT_TRAITS[error.type].userError;
}

const UNREACHABLE = "A service that is needed cannot be reached at the moment. Please try again in a few minutes.";
const UNREADABLE = "A service gave an answer that could not be read. Please try again.";
const OUR_FAULT = "Something went wrong on our side. Please try again later.";
const ELSEWHERE = "A service that is needed could not do what was asked. Please try again in a few minutes.";

export const VARIANT_TRAITS: { readonly [Variant in ErrorVariant]: VariantTraits } = {
  Envelope: {
    code: "ENVELOPE_INVALID",
    httpStatus: 400,
    jsonRpcCode: -32_600,
    retryClass: "none",
    userError: true,
    userMessage: "The request is not complete, or it is not of the right form.",
  },
  Config: {
    code: "CONFIG_INVALID",
    httpStatus: 500,
    jsonRpcCode: -32_603,
    retryClass: "none",
    userError: false,
    userMessage: "The service is not set up for this. Please tell the people who run it.",
  },
  Serialization: {
    code: "SERIALIZATION_FAILED",
    httpStatus: 500,
    jsonRpcCode: -32_700,
    retryClass: "none",
    userError: false,
    userMessage: OUR_FAULT,
  },
  Transport: {
    code: "TRANSPORT_FAILED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "exponential",
    userError: false,
    userMessage: UNREACHABLE,
  },
  Validation: {
    code: "VALIDATION_FAILED",
    httpStatus: 400,
    jsonRpcCode: -32_602,
    retryClass: "none",
    userError: true,
    userMessage: "Something in the request is not right. Please check what you have given.",
  },
  Security: {
    code: "AUTHENTICATION_FAILED",
    httpStatus: 401,
    jsonRpcCode: -31_401,
    retryClass: "none",
    userError: true,
    userMessage: "You are not allowed to do this, or you are not signed in any more.",
  },
  Internal: {
    code: "INTERNAL_SERVER_ERROR",
    httpStatus: 500,
    jsonRpcCode: -32_603,
    retryClass: "none",
    userError: false,
    userMessage: OUR_FAULT,
  },
  External: {
    code: "EXTERNAL_SERVICE_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "linear",
    userError: false,
    userMessage: ELSEWHERE,
  },
  Connection: {
    code: "CONNECTION_FAILED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "exponential",
    userError: false,
    userMessage: UNREACHABLE,
  },
  Deserialization: {
    code: "DESERIALIZATION_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "immediate",
    userError: false,
    userMessage: UNREADABLE,
  },
  Remote: {
    code: "REMOTE_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "linear",
    userError: false,
    userMessage: ELSEWHERE,
  },
  Grpc: {
    code: "GRPC_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "immediate",
    userError: false,
    userMessage: ELSEWHERE,
  },
  TenantExtraction: {
    code: "TENANT_INVALID",
    httpStatus: 403,
    jsonRpcCode: -31_403,
    retryClass: "none",
    userError: true,
    userMessage: "The request does not belong to your organization, or it is not known to which it belongs.",
  },
  NatsConnection: {
    code: "NATS_CONNECTION_FAILED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "exponential",
    userError: false,
    userMessage: UNREACHABLE,
  },
  NatsMessage: {
    code: "NATS_MESSAGE_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "immediate",
    userError: false,
    userMessage: UNREADABLE,
  },
  NatsTimeout: {
    code: "NATS_TIMEOUT",
    httpStatus: 504,
    jsonRpcCode: -31_504,
    retryClass: "exponential",
    userError: false,
    userMessage: "It took too long. Please try again in a few minutes.",
  },
  NatsDiscovery: {
    code: "NATS_DISCOVERY_FAILED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "linear",
    userError: false,
    userMessage: UNREACHABLE,
  },
  NatsSubject: {
    code: "NATS_SUBJECT_INVALID",
    httpStatus: 500,
    jsonRpcCode: -31_500,
    retryClass: "none",
    userError: false,
    userMessage: OUR_FAULT,
  },
  NatsAuth: {
    code: "NATS_AUTH_FAILED",
    httpStatus: 500,
    jsonRpcCode: -31_500,
    retryClass: "none",
    userError: false,
    userMessage: OUR_FAULT,
  },
  FeatureNotEnabled: {
    code: "FEATURE_NOT_ENABLED",
    httpStatus: 501,
    jsonRpcCode: -31_501,
    retryClass: "none",
    userError: false,
    userMessage: "The service cannot do this.",
  },
  McpProtocol: {
    code: "MCP_PROTOCOL_FAILED",
    httpStatus: 502,
    jsonRpcCode: -32_000,
    retryClass: "none",
    userError: false,
    userMessage: ELSEWHERE,
  },
  McpError: {
    code: "MCP_FAILED",
    httpStatus: 502,
    jsonRpcCode: -31_502,
    retryClass: "none",
    userError: false,
    userMessage: ELSEWHERE,
  },
  McpToolExecution: {
    code: "MCP_TOOL_FAILED",
    httpStatus: 502,
    jsonRpcCode: -32_603,
    retryClass: "immediate",
    userError: false,
    userMessage: ELSEWHERE,
  },
  McpServerRegistration: {
    code: "MCP_SERVER_NOT_REGISTERED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "linear",
    userError: false,
    userMessage: UNREACHABLE,
  },
  McpClientConnection: {
    code: "MCP_CONNECTION_FAILED",
    httpStatus: 503,
    jsonRpcCode: -31_503,
    retryClass: "exponential",
    userError: false,
    userMessage: UNREACHABLE,
  },
  McpServerNotFound: {
    code: "RESOURCE_NOT_FOUND",
    httpStatus: 404,
    jsonRpcCode: -31_404,
    retryClass: "linear",
    userError: false,
    userMessage: "A service that is needed is not there at the moment. Please try again in a few minutes.",
  },
  AgentNotFound: {
    code: "RESOURCE_NOT_FOUND",
    httpStatus: 404,
    jsonRpcCode: -31_404,
    retryClass: "none",
    userError: false,
    userMessage: "Nobody is there who could do this.",
  },
  ProtocolAdapter: {
    code: "PROTOCOL_ADAPTER_FAILED",
    httpStatus: 500,
    jsonRpcCode: -31_500,
    retryClass: "none",
    userError: false,
    userMessage: OUR_FAULT,
  },
};
