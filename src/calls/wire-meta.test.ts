import { expect, test } from "vitest";
import { callRequest } from "../../test/support/call-request.ts";
import type { JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import { type MetaReader, wireMeta } from "./wire-meta.ts";

const META: Meta = {
  requestId: "0193f2c0-0000-7000-8000-000000000001",
  parentRequestId: "0193f2c1-0000-7000-8000-000000000002",
  childRequestId: "0193f2c7-5d0a-7ca6-9eb2-ecff3d7a6a53",
  timestamp: "2026-01-01T09:00:00.000Z",
  tenant: "acme",
  sessionId: "sess-789",
  onBehalfOf: { originalUser: "eve" },
  security: { userId: "ann", sessionId: "sess-789", roles: ["clerk"], permissions: ["orders:read"], ipAddress: "10.0.0.1" },
  tracing: {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: "00f067aa0ba902b7",
    traceState: "vendor=1",
    baggage: { region: "eu", who: "Änn" },
  },
  stepContext: { stepName: "charge", stepIndex: 2, totalSteps: 4 },
  debug: { environmentVars: { SECRET: "x" } },
  extensions: { pagination: { page: 2 }, notes: { n: 1 } },
};

function beside(config: MetaReader["config"], envelopes = false, meta = META): JsonObject {
  return wireMeta(callRequest({ idempotencyKey: "k" }), meta, { config, envelopes });
}

const TRACE = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "vendor=1",
  baggage: "region=eu,who=%C3%84nn",
};
const CALL = {
  "dev.tutti/idempotency-key": "k",
  "dev.tutti/attempt": 1,
  "dev.tutti/execution": "e",
  "dev.tutti/workflow": "w",
  "dev.tutti/call": "a",
};
const CONTEXT = {
  tenant: "acme",
  request_id: META.requestId,
  parent_request_id: META.parentRequestId,
  child_request_id: META.childRequestId,
  timestamp: META.timestamp,
  step_context: { step_name: "charge", step_index: 2, total_steps: 4 },
};
const SECURITY = { user_id: "ann", session_id: "sess-789", permissions: ["orders:read"] };

test("a standard server gets the trace, the key and the context, and nothing of who asks", () => {
  expect(beside(undefined)).toEqual({ ...TRACE, ...CALL, "dev.tutti/context": CONTEXT });
  expect(beside({ trusted: false })).toEqual(beside(undefined));
});

test("a trusted server also gets user, session and permissions, and not the roles or the address", () => {
  expect(beside({ trusted: true })).toEqual({ ...TRACE, ...CALL, "dev.tutti/context": CONTEXT, "dev.tutti/security": SECURITY });
  expect(beside({ trusted: true }, false, { requestId: "r" })).not.toHaveProperty("dev.tutti/security");
});

test("a server that wants no context gets its place in the trace and the key", () => {
  expect(beside({ trusted: true, context: "none" }, true)).toEqual({ traceparent: TRACE.traceparent, ...CALL });
});

test("a server that takes envelopes gets the whole meta, without what it may not know", () => {
  const { debug: _, security: __, onBehalfOf: ___, sessionId: ____, ...others } = META;
  const whole = beside({}, true)["dev.tutti/envelope"];
  expect(Object.keys((whole as { meta: object }).meta)).toHaveLength(Object.keys(others).length);
  expect(whole).toMatchObject({
    meta: { tenant: "acme", extensions: META.extensions, tracing: { baggage: { region: "eu" } } },
  });
  expect(JSON.stringify(beside({}, true))).not.toMatch(/ann"|eve|SECRET|clerk|sess-789/);
  expect(beside({ trusted: true }, true)).toMatchObject({
    "dev.tutti/envelope": { meta: { security: { user_id: "ann", roles: ["clerk"] }, on_behalf_of: { original_user: "eve" } } },
  });
  expect(JSON.stringify(beside({ trusted: true }, true))).not.toContain("SECRET");
});

test("of each section a server sees what its configuration says", () => {
  const metaSections = {
    tenant: "none",
    tracing: ["trace_id", "span_id"],
    extensions: ["pagination"],
    security: ["user_id"],
    step_context: "all",
  } as const;
  const seen = beside({ trusted: true, metaSections }, true);
  expect(seen).toMatchObject({
    "dev.tutti/security": { user_id: "ann" },
    "dev.tutti/envelope": { meta: { extensions: { pagination: { page: 2 } }, security: { user_id: "ann" } } },
  });
  expect(seen).toHaveProperty("traceparent");
  expect(JSON.stringify(seen)).not.toMatch(/acme|vendor|region|notes|orders:read/);
  expect(beside({ metaSections: { tracing: "none" } })).not.toHaveProperty("traceparent");
});

test("a trace state that breaks the rules of its header is not passed on, and a call outside any execution names none", () => {
  const meta = { ...META, tracing: { ...META.tracing, traceState: "no rules\r\nX: y" } };
  expect(beside({}, false, meta)).not.toHaveProperty("tracestate");
  const { workflowId: _, ...outside } = callRequest();
  expect(Object.keys(wireMeta(outside, {}, { config: {}, envelopes: false }))).toEqual([
    "dev.tutti/idempotency-key",
    "dev.tutti/attempt",
    "dev.tutti/context",
  ]);
});
