import { expect, test } from "vitest";
import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import { decodeMeta, encodeMeta, metaSchema } from "./meta-codec.ts";
import type { Meta } from "./meta.ts";

const ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";
const OTHER_ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c56";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const read: readonly { readonly name: string; readonly document: JsonObject; readonly meta: Meta }[] = [
  {
    name: "names in snake_case and in camelCase are the same, at every level",
    document: {
      request_id: ID,
      onBehalfOf: { originalUser: "a", delegating_user: "b" },
      debug: { dbQueries: [{ query: "q", rows_affected: 1 }] },
    },
    meta: {
      requestId: ID,
      onBehalfOf: { originalUser: "a", delegatingUser: "b" },
      debug: { dbQueries: [{ query: "q", rowsAffected: 1 }] },
    },
  },
  { name: "null means that there is none", document: { tenant: null, tracing: { trace_id: null } }, meta: { tracing: {} } },
  {
    name: "request ids of a client are kept beside ours",
    document: { request_id: "coord-1", parent_request_id: "coord-0", child_request_id: ID, correlation_context: { operation: "o" } },
    meta: { childRequestId: ID, correlationContext: { operation: "o", external_id: "coord-1", external_parent_id: "coord-0" } },
  },
  {
    name: "an external id that is already there stays",
    document: { request_id: "coord-2", correlation_context: { external_id: "coord-1" } },
    meta: { correlationContext: { external_id: "coord-1" } },
  },
  {
    name: "a trace id that is a UUID loses its dashes",
    document: { tracing: { trace_id: "4BF92F35-77B3-4DA6-A3CE-929D0E0E4736", span_id: "00F067AA0BA902B7" } },
    meta: { tracing: { traceId: TRACE, spanId: SPAN } },
  },
  {
    name: "a trace of another kind becomes a tag, and its spans with it",
    document: { tracing: { trace_id: "trace-1", span_id: SPAN, tags: { a: "b" } } },
    meta: { tracing: { tags: { a: "b", external_trace_id: "trace-1", external_span_id: SPAN } } },
  },
  {
    name: "an id of all zeros is no trace",
    document: { tracing: { trace_id: "0".repeat(32) } },
    meta: { tracing: { tags: { external_trace_id: "0".repeat(32) } } },
  },
  {
    name: "a span of another kind becomes a tag, and the trace stays",
    document: { tracing: { trace_id: TRACE, span_id: "span-1", parent_span_id: SPAN } },
    meta: { tracing: { traceId: TRACE, parentSpanId: SPAN, tags: { external_span_id: "span-1" } } },
  },
  {
    name: "moments are brought to UTC, and others stay as they were written",
    document: { timestamp: "2026-01-31T10:00:00+01:00", security: { token_expires_at: "2026-01-31T09:00:00.123456789Z" } },
    meta: { timestamp: "2026-01-31T09:00:00.000Z", security: { tokenExpiresAt: "2026-01-31T09:00:00.123456789Z" } },
  },
  {
    name: "nested sections are flattened",
    document: { extensions: { sections: { error_policy: "best_effort", a: 1 }, a: 1, b: 2 } },
    meta: { extensions: { error_policy: "best_effort", a: 1, b: 2 } },
  },
  {
    name: "a session in both places is right when it is the same",
    document: { session_id: "s", security: { session_id: "s" } },
    meta: { sessionId: "s", security: { sessionId: "s" } },
  },
  { name: "a tenant may have one character", document: { tenant: "a" }, meta: { tenant: "a" } },
  { name: "a tenant may have a hundred", document: { tenant: "a".repeat(100) }, meta: { tenant: "a".repeat(100) } },
  { name: "an error policy may be a word or an object", document: { error_policy: { mode: "x" } }, meta: { errorPolicy: { mode: "x" } } },
];

test.each(read)("$name", ({ document, meta }) => {
  expect(decodeMeta(document)).toEqual(meta);
  expect(decodeMeta(encodeMeta(meta))).toEqual(meta);
});

const TENANT = "must be 1 to 100 of a-z, 0-9 and -, neither beginning nor ending with -";

const refused: readonly { readonly document: unknown; readonly problem: string }[] = [
  { document: null, problem: "meta: must be an object" },
  { document: [], problem: "meta: must be an object" },
  { document: { request_id: 5 }, problem: "meta.request_id: must be text, not 5" },
  { document: { request_id: "" }, problem: 'meta.request_id: must be a UUID such as 0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55, not ""' },
  { document: { request_id: ID, requestId: OTHER_ID }, problem: "meta.request_id: must not be given in snake_case and in camelCase" },
  { document: { version: " " }, problem: 'meta.version: must not be empty, not " "' },
  { document: { duration: "5" }, problem: 'meta.duration: must be a finite number, not "5"' },
  {
    document: { timestamp: "yesterday" },
    problem: 'meta.timestamp: must be a date and time in UTC such as 2026-01-31T09:00:00Z, not "yesterday"',
  },
  { document: { timestamp: "2026-02-30T00:00:00Z" }, problem: "meta.timestamp: must be a date and time in UTC" },
  { document: { tenant: "Acme" }, problem: `meta.tenant: ${TENANT}, not "Acme"` },
  { document: { tenant: "-acme" }, problem: `meta.tenant: ${TENANT}` },
  { document: { tenant: "acme-" }, problem: `meta.tenant: ${TENANT}` },
  { document: { tenant: "acme\n" }, problem: `meta.tenant: ${TENANT}` },
  { document: { tenant: "a".repeat(101) }, problem: `meta.tenant: ${TENANT}` },
  { document: { on_behalf_of: {} }, problem: "meta.on_behalf_of.original_user: must be text, and is missing" },
  { document: { on_behalf_of: { original_user: "a", delegating_tenant: "B" } }, problem: `meta.on_behalf_of.delegating_tenant: ${TENANT}` },
  {
    document: { session_id: "a", security: { session_id: "b" } },
    problem: "meta.session_id: must be the same as meta.security.session_id",
  },
  {
    document: { security: { permissions: ["read"] } },
    problem: 'meta.security.permissions[0]: must be resource:action, such as orders:read, not "read"',
  },
  {
    document: { security: { permissions: Array.from({ length: 101 }, () => "a:b") } },
    problem: "meta.security.permissions: must have at most 100 entries",
  },
  {
    document: { security: { roles: Array.from({ length: 51 }, () => "a") } },
    problem: "meta.security.roles: must have at most 50 entries",
  },
  { document: { security: { auth_method: "magic" } }, problem: 'meta.security.auth_method: must be "oauth2" or "jwt"' },
  { document: { tracing: { sampling_rate: 2 } }, problem: "meta.tracing.sampling_rate: must be at most 1, not 2" },
  { document: { tracing: { tags: { a: 1 } } }, problem: "meta.tracing.tags: must be an object whose values are all text" },
  { document: { tracing: { tags: ["a"] } }, problem: "meta.tracing.tags: must be an object whose values are all text" },
  { document: { tracing: "x" }, problem: 'meta.tracing: must be an object, not "x"' },
  {
    document: { step_context: { step_name: "a", step_index: 0, total_steps: 1 } },
    problem: "meta.step_context.step_index: must be at least 1, not 0",
  },
  {
    document: { step_context: { step_name: "a", step_index: 1.5, total_steps: 1 } },
    problem: "meta.step_context.step_index: must be a whole number, not 1.5",
  },
  {
    document: { service_chain: Array.from({ length: 51 }, () => ({ service_name: "a" })) },
    problem: "meta.service_chain: must have at most 50 entries",
  },
  { document: { service_chain: [{ service_name: "a" }, {}] }, problem: "meta.service_chain[1].service_name: must be text, and is missing" },
  { document: { correlation_context: [] }, problem: "meta.correlation_context: must be an object" },
  { document: { error_policy: 5 }, problem: "meta.error_policy: must be a mode, or an object with a mode, not 5" },
  { document: { extensions: "x" }, problem: 'meta.extensions: must be an object, not "x"' },
  {
    document: { extensions: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [index, 1])) },
    problem: "meta.extensions: must have at most 20 sections",
  },
  {
    document: { extensions: { sections: { a: 1 }, a: 2 } },
    problem: "meta.extensions.sections.a: must be the same as meta.extensions.a, or be left out",
  },
  { document: { debug: { db_queries: [{ query: 1 }] } }, problem: "meta.debug.db_queries[0].query: must be text, not 1" },
  { document: { x: "x".repeat(70_000) }, problem: "meta: must be at most 65536 bytes when it is encoded" },
];

test.each(refused)("$problem", ({ document, problem }) => {
  expect(problemsOf(document).join("\n")).toContain(problem);
  expect(problemsOf(document)).toHaveLength(1);
});

test("as a part of another document it is read and written the same, and its problems say where they are", () => {
  const schema = z.object({ meta: metaSchema });
  expect(schema.parse({ meta: { request_id: ID } })).toEqual({ meta: { requestId: ID } });
  expect(z.encode(schema, { meta: { requestId: ID } })).toEqual({ meta: { request_id: ID } });
  const { error } = schema.safeParse({ meta: { duration: -1, version: "" } });
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'meta.version: must not be empty, not ""',
    "meta.duration: must be at least 0, not -1",
  ]);
  expect(z.toJSONSchema(schema, { io: "input" })).toMatchObject({
    properties: { meta: { properties: { request_id: { format: "uuid" } } } },
  });
});

function problemsOf(document: unknown): readonly string[] {
  try {
    decodeMeta(document);
  } catch (error) {
    if (error instanceof EnvelopeInvalidError) return error.problems;
    throw error;
  }
  return [];
}
