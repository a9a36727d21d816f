import * as z from "zod";
import type {
  DatabaseQueryTrace,
  DebugMeta,
  Delegation,
  ExternalCall,
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
} from "./meta.ts";
import {
  amount,
  count,
  flag,
  moment,
  ordinal,
  permission,
  ratio,
  spanId,
  tenant,
  text,
  textByName,
  traceId,
  uuid,
  words,
} from "./meta-fields.ts";
import { section } from "./section.ts";

export const delegation: z.ZodType<Delegation> = section<Delegation>(
  { originalUser: words },
  { delegatingUser: text, delegatingTenant: tenant },
);

export const security: z.ZodType<SecurityMeta> = section<SecurityMeta>(
  {},
  {
    userId: text,
    sessionId: text,
    authMethod: z.enum(["oauth2", "jwt", "api_key", "basic", "saml", "oidc", "none"]),
    permissions: z.array(permission).max(100),
    roles: z.array(words).max(50),
    ipAddress: text,
    userAgent: text,
    tokenExpiresAt: moment,
  },
);

export const tracing: z.ZodType<TracingMeta> = section<TracingMeta>(
  {},
  {
    traceId,
    spanId,
    parentSpanId: spanId,
    baggage: textByName,
    samplingRate: ratio,
    sampled: flag,
    traceState: text,
    operationName: text,
    spanKind: z.enum(["server", "client", "producer", "consumer", "internal"]),
    spanStatus: section<NonNullable<TracingMeta["spanStatus"]>>({ code: z.enum(["ok", "error", "timeout"]) }, { message: text }),
    tags: textByName,
  },
);

export const stepContext: z.ZodType<StepContext> = section<StepContext>({ stepName: words, stepIndex: ordinal, totalSteps: ordinal }, {});

export const retryContext: z.ZodType<RetryContext> = section<RetryContext>({ attempt: ordinal, maxAttempts: ordinal }, { lastError: text });

export const securityContext: z.ZodType<SecurityContext> = section<SecurityContext>(
  {},
  { authRequired: flag, tokenExpired: flag, redirectTo: text },
);

export const securityViolation: z.ZodType<SecurityViolation> = section<SecurityViolation>(
  {},
  { attemptedTenant: text, accessDenied: flag },
);

export const workflowContext: z.ZodType<WorkflowContext> = section<WorkflowContext>(
  {},
  { completedSteps: z.array(text), failedStep: text, rollbackSteps: z.array(text) },
);

export const serviceHop: z.ZodType<ServiceHop> = section<ServiceHop>(
  { serviceName: words },
  { serviceVersion: text, requestId: uuid, timestamp: moment, duration: amount },
);

const databaseQuery: z.ZodType<DatabaseQueryTrace> = section<DatabaseQueryTrace>(
  { query: text },
  { duration: amount, rowsAffected: count, database: text },
);

export const debug: z.ZodType<DebugMeta> = section<DebugMeta>(
  {},
  {
    traceEnabled: flag,
    dbQueries: z.array(databaseQuery),
    memoryUsage: section<NonNullable<DebugMeta["memoryUsage"]>>({}, { heapUsed: amount, heapTotal: amount, external: amount }),
    stackTrace: text,
    environmentVars: textByName,
    requestHeaders: textByName,
    logLevel: text,
    profilingData: section<NonNullable<DebugMeta["profilingData"]>>({}, { cpuTime: amount, wallTime: amount, allocations: amount }),
  },
);

const externalCall: z.ZodType<ExternalCall> = section<ExternalCall>(
  { service: words },
  { duration: amount, status: z.enum(["success", "error", "timeout"]), endpoint: text },
);

export const performance: z.ZodType<PerformanceMeta> = section<PerformanceMeta>(
  {},
  {
    dbQueryTime: amount,
    dbQueryCount: count,
    cacheHitRatio: ratio,
    cacheOperations: section<NonNullable<PerformanceMeta["cacheOperations"]>>({}, { hits: count, misses: count, sets: count }),
    memoryAllocated: amount,
    memoryPeak: amount,
    cpuUsage: amount,
    networkLatency: amount,
    externalCalls: z.array(externalCall),
    gcCollections: count,
    gcTime: amount,
    threadCount: count,
    processingTimeMs: amount,
  },
);

export const monitoring: z.ZodType<MonitoringMeta> = section<MonitoringMeta>(
  {},
  {
    serverId: text,
    datacenter: text,
    buildVersion: text,
    deploymentId: text,
    instanceType: text,
    loadBalancer: text,
    environment: z.enum(["development", "staging", "testing", "production", "canary"]),
    clusterId: text,
    namespace: text,
    healthStatus: z.enum(["healthy", "degraded", "unhealthy"]),
    uptime: amount,
  },
);
