import fc from "fast-check";
import type { Json, JsonObject } from "../../src/base/json.ts";
import type { EnvelopeError } from "../../src/envelope/envelope-error.ts";
import { ERROR_VARIANTS } from "../../src/envelope/error-variant.ts";
import type { Envelope } from "../../src/envelope/envelope.ts";
import type {
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
} from "../../src/envelope/meta.ts";

/** Any envelope: every field of the meta, of each of its sections and of an error, at its limits as well. */
export function anyEnvelope(): fc.Arbitrary<Envelope<Json>> {
  return fc.oneof(
    fc.record({ meta: anyMeta(), data: json }),
    fc.record({ meta: anyMeta(), error: envelopeError }),
    fc.record({ meta: anyMeta(), data: json, error: envelopeError }),
  );
}

export function anyMeta(): fc.Arbitrary<Meta> {
  return some<Meta>({
    requestId: fc.uuid(),
    parentRequestId: fc.uuid(),
    childRequestId: fc.uuid(),
    version: words,
    timestamp: moment,
    duration: amount,
    tenant,
    sessionId: fc.constant("session"),
    agentId: text,
    workflowId: text,
    onBehalfOf: record<Delegation>({ originalUser: words }, { delegatingUser: text, delegatingTenant: tenant }),
    security,
    tracing,
    correlationContext: jsonObject,
    stepContext: record<StepContext>({ stepName: words, stepIndex: ordinal, totalSteps: ordinal }, {}),
    errorPolicy: fc.oneof(text, jsonObject),
    retryContext: record<RetryContext>({ attempt: ordinal, maxAttempts: ordinal }, { lastError: text }),
    securityContext: some<SecurityContext>({ authRequired: fc.boolean(), tokenExpired: fc.boolean(), redirectTo: text }),
    securityViolation: some<SecurityViolation>({ attemptedTenant: text, accessDenied: fc.boolean() }),
    workflowContext: some<WorkflowContext>({ completedSteps: texts, failedStep: text, rollbackSteps: texts }),
    serviceChain: fc.array(serviceHop, { maxLength: 3 }),
    debug,
    performance,
    monitoring,
    extensions,
  });
}

/** What a text of JSON can say: it has no negative zero. Keys may be `__proto__`. */
const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), json, { maxKeys: 5 });
/** Its sections lie directly in it; an object named `sections` would be another spelling of them. */
const extensions = fc.dictionary(
  fc.string().filter((name) => name !== "sections"),
  json,
  { maxKeys: 20 },
);

const text = fc.string({ unit: "grapheme" });
const texts = fc.array(text, { maxLength: 3 });
const words = text.filter((some) => /\S/.test(some));
const textByName = fc.dictionary(fc.string(), text, { maxKeys: 4 });
const amount = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })).map((value) => value + 0);
const count = fc.maxSafeNat();
const ordinal = fc.integer({ min: 1 });
const ratio = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31T23:59:59Z") }).map((date) => date.toISOString());
const tenant = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/);
const permission = fc.stringMatching(/^[a-z*]{1,9}:[a-z*]{1,9}$/);
const traceId = hexadecimal(32);
const spanId = hexadecimal(16);

const security: fc.Arbitrary<SecurityMeta> = some<SecurityMeta>({
  userId: text,
  sessionId: fc.constant("session"),
  authMethod: fc.constantFrom("oauth2", "jwt", "api_key", "basic", "saml", "oidc", "none"),
  permissions: fc.array(permission, { maxLength: 100 }),
  roles: fc.array(words, { maxLength: 50 }),
  ipAddress: text,
  userAgent: text,
  tokenExpiresAt: moment,
});

const tracing: fc.Arbitrary<TracingMeta> = some<TracingMeta>({
  traceId,
  spanId,
  parentSpanId: spanId,
  baggage: textByName,
  samplingRate: ratio,
  sampled: fc.boolean(),
  traceState: text,
  operationName: text,
  spanKind: fc.constantFrom("server", "client", "producer", "consumer", "internal"),
  spanStatus: record<NonNullable<TracingMeta["spanStatus"]>>({ code: fc.constantFrom("ok", "error", "timeout") }, { message: text }),
  tags: textByName,
});

const serviceHop: fc.Arbitrary<ServiceHop> = record<ServiceHop>(
  { serviceName: words },
  { serviceVersion: text, requestId: fc.uuid(), timestamp: moment, duration: amount },
);

const debug: fc.Arbitrary<DebugMeta> = some<DebugMeta>({
  traceEnabled: fc.boolean(),
  dbQueries: fc.array(record<DatabaseQueryTrace>({ query: text }, { duration: amount, rowsAffected: count, database: text }), {
    maxLength: 2,
  }),
  memoryUsage: some<NonNullable<DebugMeta["memoryUsage"]>>({ heapUsed: amount, heapTotal: amount, external: amount }),
  stackTrace: text,
  environmentVars: textByName,
  requestHeaders: textByName,
  logLevel: text,
  profilingData: some<NonNullable<DebugMeta["profilingData"]>>({ cpuTime: amount, wallTime: amount, allocations: amount }),
});

const performance: fc.Arbitrary<PerformanceMeta> = some<PerformanceMeta>({
  dbQueryTime: amount,
  dbQueryCount: count,
  cacheHitRatio: ratio,
  cacheOperations: some<NonNullable<PerformanceMeta["cacheOperations"]>>({ hits: count, misses: count, sets: count }),
  memoryAllocated: amount,
  memoryPeak: amount,
  cpuUsage: amount,
  networkLatency: amount,
  externalCalls: fc.array(
    record<ExternalCall>({ service: words }, { duration: amount, status: fc.constantFrom("success", "error", "timeout"), endpoint: text }),
    { maxLength: 2 },
  ),
  gcCollections: count,
  gcTime: amount,
  threadCount: count,
  processingTimeMs: amount,
});

const monitoring: fc.Arbitrary<MonitoringMeta> = some<MonitoringMeta>({
  serverId: text,
  datacenter: text,
  buildVersion: text,
  deploymentId: text,
  instanceType: text,
  loadBalancer: text,
  environment: fc.constantFrom("development", "staging", "testing", "production", "canary"),
  clusterId: text,
  namespace: text,
  healthStatus: fc.constantFrom("healthy", "degraded", "unhealthy"),
  uptime: amount,
});

const envelopeError: fc.Arbitrary<EnvelopeError> = record<EnvelopeError>(
  { type: fc.constantFrom(...ERROR_VARIANTS), code: words, message: words },
  { details: json, trace: text, httpStatusCode: fc.integer({ min: 400, max: 599 }), retryAfter: amount },
);

type Arbitraries<T, Key extends keyof T> = { readonly [K in Key]-?: fc.Arbitrary<Exclude<T[K], undefined>> };

/** Any of the members, each of which may be left out. A member that is forgotten here does not compile. */
function some<T extends object>(members: Arbitraries<T, keyof T>): fc.Arbitrary<T> {
  return fc.record(members, { requiredKeys: [] }) as unknown as fc.Arbitrary<T>;
}

/** All of the required members, and any of the others. */
function record<T extends object, Key extends keyof T = RequiredKey<T>>(
  required: Arbitraries<T, Key>,
  optional: Arbitraries<T, Exclude<keyof T, Key>>,
): fc.Arbitrary<T> {
  return fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) as never }) as unknown as fc.Arbitrary<T>;
}

type RequiredKey<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? never : Key }[keyof T];

function hexadecimal(digits: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^[0-9a-f]{${digits - 1}}1$`));
}
