import { defined } from "../base/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { encodeMeta } from "../envelope/meta-codec.ts";
import { CONTEXT_KEY, ENVELOPE_KEY, IDEMPOTENCY_KEY, SECURITY_KEY } from "../envelope/meta-keys.ts";
import type { Meta } from "../envelope/meta.ts";
import { baggageOf, readTraceparent, traceparentOf } from "../envelope/traceparent.ts";
import { callId, type CallRequest } from "../model/call.ts";
import type { SectionInclusion, ServerConfig } from "../model/server.ts";

/** What decides how much of the meta a server gets to see. */
export type MetaReader = Pick<ServerConfig, "trusted" | "context" | "metaSections"> & {
  /** It takes whole envelopes. */
  readonly envelopes: boolean;
};

/**
 * What travels beside the arguments (`params._meta`): W3C trace context without a prefix, ours under one. A server sees
 * what it needs and may see: who asks, only when it is trusted; the whole meta, only when it takes envelopes.
 */
export function wireMeta(request: CallRequest, meta: Meta, reader: MetaReader): JsonObject {
  const seen = included(encodeMeta(meta), reader.metaSections ?? {});
  return { ...traceOf(meta, seen, reader), ...callOf(request), ...(reader.context === "none" ? {} : contextOf(seen, reader)) };
}

/** Where the server says that it wants no context, it gets no more than the place in the trace. */
function traceOf({ tracing = {} }: Meta, seen: JsonObject, { context }: MetaReader): JsonObject {
  const shown = section(seen, "tracing");
  const traceparent = Object.hasOwn(shown, "trace_id") && Object.hasOwn(shown, "span_id") ? traceparentOf(tracing) : undefined;
  if (traceparent === undefined || context === "none") return defined({ traceparent });
  return defined({
    traceparent,
    // Read once more, because what a library was given may break the rules of the header.
    tracestate: Object.hasOwn(shown, "trace_state") ? readTraceparent({ traceparent, ...traceState(tracing) }).traceState : undefined,
    baggage: Object.hasOwn(shown, "baggage") ? baggageOf(tracing) : undefined,
  });
}

function traceState({ traceState: tracestate }: NonNullable<Meta["tracing"]>): { readonly tracestate?: string } {
  return defined({ tracestate });
}

function callOf(request: CallRequest): JsonObject {
  const { idempotencyKey, attempt, executionId, workflowId, call } = request;
  const key = { [IDEMPOTENCY_KEY]: idempotencyKey, "dev.tutti/attempt": attempt };
  if (workflowId === undefined) return key;
  return { ...key, "dev.tutti/execution": executionId, "dev.tutti/workflow": workflowId, "dev.tutti/call": callId(call) };
}

const CONTEXT_FIELDS = ["tenant", "request_id", "parent_request_id", "child_request_id", "timestamp", "step_context"];
const SECURITY_FIELDS = ["user_id", "session_id", "permissions"];

/** What says who asks. */
const CLAIMS: ReadonlySet<string> = new Set(["security", "on_behalf_of"]);

function contextOf(seen: JsonObject, { trusted = false, envelopes }: MetaReader): JsonObject {
  const context = { [CONTEXT_KEY]: members(seen, (name) => CONTEXT_FIELDS.includes(name)) };
  const claims = members(section(seen, "security"), (name) => SECURITY_FIELDS.includes(name));
  const security = trusted && Object.keys(claims).length > 0 ? { [SECURITY_KEY]: claims } : {};
  if (!envelopes) return { ...context, ...security };
  const meta = members(seen, (name) => name !== "debug" && (trusted || !CLAIMS.has(name)));
  return { ...context, ...security, [ENVELOPE_KEY]: { meta } };
}

function included(document: JsonObject, rules: Readonly<Record<string, SectionInclusion>>): JsonObject {
  const listed = Object.keys(rules);
  if (listed.length === 0) return document;
  const seen = Object.entries(document).flatMap(([name, value]): [string, Json][] => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined || rule === "all") return [[name, value]];
    return rule === "none" || !isJsonObject(value) ? [] : [[name, members(value, (member) => rule.includes(member))]];
  });
  return Object.fromEntries(seen);
}

function section(document: JsonObject, name: string): JsonObject {
  const value = document[name];
  return isJsonObject(value) ? value : {};
}

function members(document: JsonObject, wanted: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => wanted(name)));
}
