import { defined } from "../base/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import { decodeMeta } from "../envelope/meta-codec.ts";
import { CONTEXT_KEY, ENVELOPE_KEY, IDEMPOTENCY_KEY, SECURITY_KEY } from "../envelope/meta-keys.ts";
import type { Meta } from "../envelope/meta.ts";
import { readTraceparent } from "../envelope/traceparent.ts";

/** What came beside the arguments of a call. All of it is a claim of whoever is connected. */
export interface CallMeta {
  readonly meta: Meta;
  /** As the caller sent it. */
  readonly idempotencyKey?: string;
}

const KEY_LENGTH_MAX = 500;

/**
 * Reads the `_meta` of a `tools/call`: the whole envelope meta where it is there, else what Tutti tells servers that
 * know no envelopes, else only the trace. A broken trace counts as none, as W3C wants it.
 *
 * @throws EnvelopeInvalidError with all problems
 */
export function readCallMeta(given: JsonObject): CallMeta {
  const envelope = own(given, ENVELOPE_KEY);
  const meta = envelope === undefined ? decodeMeta(contextDocument(given)) : decodeMeta(metaOf(envelope));
  const tracing = meta.tracing ?? readTraceparent(traceHeaders(given));
  return {
    meta: Object.keys(tracing).length === 0 ? meta : { ...meta, tracing },
    ...defined({ idempotencyKey: readKey(own(given, IDEMPOTENCY_KEY)) }),
  };
}

/** Only the meta is in the envelope: the data of a call are its arguments. */
function metaOf(envelope: Json): Json {
  if (!isJsonObject(envelope)) throw new EnvelopeInvalidError([`_meta["${ENVELOPE_KEY}"]: must be an object with meta`]);
  return own(envelope, "meta") ?? {};
}

function contextDocument(given: JsonObject): JsonObject {
  const [context, security] = [own(given, CONTEXT_KEY) ?? {}, own(given, SECURITY_KEY)];
  if (!isJsonObject(context)) throw new EnvelopeInvalidError([`_meta["${CONTEXT_KEY}"]: must be an object`]);
  const { tenant, request_id, parent_request_id, child_request_id, timestamp, step_context } = context;
  return defined({ tenant, request_id, parent_request_id, child_request_id, timestamp, step_context, security });
}

function traceHeaders(given: JsonObject): Parameters<typeof readTraceparent>[0] {
  const [traceparent, tracestate, baggage] = ["traceparent", "tracestate", "baggage"].map((name) => {
    const header = own(given, name);
    return typeof header === "string" ? header : undefined;
  });
  return defined({ traceparent, tracestate, baggage });
}

function readKey(key: Json | undefined): string | undefined {
  if (key === undefined || (typeof key === "string" && key !== "" && key.length <= KEY_LENGTH_MAX)) return key;
  throw new EnvelopeInvalidError([`_meta["${IDEMPOTENCY_KEY}"]: must be text of 1 to ${KEY_LENGTH_MAX} characters`]);
}

function own(document: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(document, key) ? document[key] : undefined;
}
