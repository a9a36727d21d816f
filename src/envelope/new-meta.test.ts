import { expect, test } from "vitest";
import { decodeMeta, encodeMeta } from "./meta-codec.ts";
import { newMeta } from "./new-meta.ts";
import type { EnvelopeSource } from "./new-meta.ts";
import { failureEnvelope, partialEnvelope, requestEnvelope, successEnvelope } from "./request-envelope.ts";

const ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const source: EnvelopeSource = {
  clock: { nowMs: () => 1_000 },
  ids: { next: () => ID, traceId: () => TRACE, spanId: () => SPAN },
};

const made = { requestId: ID, version: "1.0", timestamp: "1970-01-01T00:00:01.000Z", tracing: { traceId: TRACE, spanId: SPAN } };

test("a new meta has an id, a version, a time and a trace", () => {
  expect(newMeta(source)).toEqual(made);
});

test("what is given stays, and the rest is made", () => {
  const other = { requestId: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c56", version: "2.0", timestamp: "2026-01-31T09:00:00Z", tenant: "acme" };
  expect(newMeta(source, other)).toEqual({ ...made, ...other });
});

test("a trace that is given goes on, and a span without one is a span of nothing", () => {
  expect(newMeta(source, { tracing: { traceId: "a".repeat(32), sampled: true } }).tracing).toEqual({
    traceId: "a".repeat(32),
    spanId: SPAN,
    sampled: true,
  });
  expect(newMeta(source, { tracing: { spanId: "b".repeat(16) } }).tracing).toEqual({ traceId: TRACE, spanId: SPAN });
});

test("a client that counts its requests and traces in its own way gets ids of ours, and finds its own again", () => {
  const meta = newMeta(source, decodeMeta({ request_id: "coord-1", tracing: { trace_id: "trace-1" } }));
  expect(meta).toEqual({
    ...made,
    correlationContext: { external_id: "coord-1" },
    tracing: { traceId: TRACE, spanId: SPAN, tags: { external_trace_id: "trace-1" } },
  });
  expect(decodeMeta(encodeMeta(meta))).toEqual(meta);
});

test("envelopes are built with data, with an error or with both, and never with neither", () => {
  const error = { type: "External", code: "X", message: "m" } as const;
  expect(requestEnvelope(1, source, { tenant: "acme" })).toEqual({ meta: { ...made, tenant: "acme" }, data: 1 });
  expect(successEnvelope({}, null)).toEqual({ meta: {}, data: null });
  expect(failureEnvelope({}, error)).toEqual({ meta: {}, error });
  expect(partialEnvelope({}, 1, error)).toEqual({ meta: {}, data: 1, error });
  expect(() => successEnvelope({}, undefined)).toThrow("data: must be there");
  expect(() => failureEnvelope({}, undefined as never)).toThrow("error: must be there");
});
