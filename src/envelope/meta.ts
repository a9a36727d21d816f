import type { JsonObject } from "../base/json.ts";
import type { ErrorPolicySetting } from "./error-policy.ts";

/**
 * What travels with a message beside its data: who it is for, what it belongs to, and how it is traced. Every field is
 * optional; on the wire the names are in snake_case. docs/envelope.md has the table.
 */
export interface Meta {
  /** UUID of the whole operation, the same in every call that belongs to it. */
  readonly requestId?: string;
  /** UUID of the call that this one was made for. */
  readonly parentRequestId?: string;
  /** UUID of this call, the same for all its attempts. */
  readonly childRequestId?: string;
  /** Of the envelope format. */
  readonly version?: string;
  /** ISO 8601 in UTC. */
  readonly timestamp?: string;
  /** Milliseconds from receipt to answer, at least 0; only in answers. */
  readonly duration?: number;
  /** `^[a-z0-9][a-z0-9-]*[a-z0-9]$`, 1 to 100 characters. */
  readonly tenant?: string;
  readonly sessionId?: string;
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly onBehalfOf?: Delegation;
  readonly security?: SecurityMeta;
  readonly tracing?: TracingMeta;
  readonly correlationContext?: JsonObject;
  readonly stepContext?: StepContext;
  /** Another place for `extensions.error_policy`, which outranks it. */
  readonly errorPolicy?: ErrorPolicySetting;
  readonly retryContext?: RetryContext;
  readonly securityContext?: SecurityContext;
  readonly securityViolation?: SecurityViolation;
  readonly workflowContext?: WorkflowContext;
  readonly serviceChain?: readonly ServiceHop[];
  readonly debug?: DebugMeta;
  readonly performance?: PerformanceMeta;
  readonly monitoring?: MonitoringMeta;
  /** Named sections of anybody; at most 20. */
  readonly extensions?: JsonObject;
}

/** For whom somebody else acts. */
export interface Delegation {
  readonly originalUser: string;
  readonly delegatingUser?: string;
  readonly delegatingTenant?: string;
}

/** Who asks, as a verified token says; never believed when it only stands in a message. */
export interface SecurityMeta {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly authMethod?: "oauth2" | "jwt" | "api_key" | "basic" | "saml" | "oidc" | "none";
  /** `resource:action`, at most 100. */
  readonly permissions?: readonly string[];
  /** At most 50. */
  readonly roles?: readonly string[];
  readonly ipAddress?: string;
  readonly userAgent?: string;
  /** ISO 8601 in UTC. */
  readonly tokenExpiresAt?: string;
}

/** Where a message is in its trace (W3C Trace Context, OpenTelemetry). */
export interface TracingMeta {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId?: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly baggage?: Readonly<Record<string, string>>;
  /** 0 to 1. */
  readonly samplingRate?: number;
  readonly sampled?: boolean;
  readonly traceState?: string;
  readonly operationName?: string;
  readonly spanKind?: "server" | "client" | "producer" | "consumer" | "internal";
  readonly spanStatus?: { readonly code: "ok" | "error" | "timeout"; readonly message?: string };
  readonly tags?: Readonly<Record<string, string>>;
}

/** Which step of a workflow a call is. Steps that run side by side have the same index. */
export interface StepContext {
  readonly stepName: string;
  /** From 1. */
  readonly stepIndex: number;
  readonly totalSteps: number;
}

export interface RetryContext {
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly lastError?: string;
}

export interface SecurityContext {
  readonly authRequired?: boolean;
  readonly tokenExpired?: boolean;
  readonly redirectTo?: string;
}

export interface SecurityViolation {
  readonly attemptedTenant?: string;
  readonly accessDenied?: boolean;
}

export interface WorkflowContext {
  readonly completedSteps?: readonly string[];
  readonly failedStep?: string;
  readonly rollbackSteps?: readonly string[];
}

/** One service that a message has passed; at most 50. */
export interface ServiceHop {
  readonly serviceName: string;
  readonly serviceVersion?: string;
  readonly requestId?: string;
  readonly timestamp?: string;
  readonly duration?: number;
}

/** For development only: never sent to a browser or another tenant. */
export interface DebugMeta {
  readonly traceEnabled?: boolean;
  readonly dbQueries?: readonly DatabaseQueryTrace[];
  readonly memoryUsage?: { readonly heapUsed?: number; readonly heapTotal?: number; readonly external?: number };
  readonly stackTrace?: string;
  readonly environmentVars?: Readonly<Record<string, string>>;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly logLevel?: string;
  readonly profilingData?: { readonly cpuTime?: number; readonly wallTime?: number; readonly allocations?: number };
}

export interface DatabaseQueryTrace {
  readonly query: string;
  readonly duration?: number;
  readonly rowsAffected?: number;
  readonly database?: string;
}

export interface PerformanceMeta {
  readonly dbQueryTime?: number;
  readonly dbQueryCount?: number;
  readonly cacheHitRatio?: number;
  readonly cacheOperations?: { readonly hits?: number; readonly misses?: number; readonly sets?: number };
  readonly memoryAllocated?: number;
  readonly memoryPeak?: number;
  readonly cpuUsage?: number;
  readonly networkLatency?: number;
  readonly externalCalls?: readonly ExternalCall[];
  readonly gcCollections?: number;
  readonly gcTime?: number;
  readonly threadCount?: number;
  readonly processingTimeMs?: number;
}

export interface ExternalCall {
  readonly service: string;
  readonly duration?: number;
  readonly status?: "success" | "error" | "timeout";
  readonly endpoint?: string;
}

export interface MonitoringMeta {
  readonly serverId?: string;
  readonly datacenter?: string;
  readonly buildVersion?: string;
  readonly deploymentId?: string;
  readonly instanceType?: string;
  readonly loadBalancer?: string;
  readonly environment?: "development" | "staging" | "testing" | "production" | "canary";
  readonly clusterId?: string;
  readonly namespace?: string;
  readonly healthStatus?: "healthy" | "degraded" | "unhealthy";
  /** Seconds. */
  readonly uptime?: number;
}
