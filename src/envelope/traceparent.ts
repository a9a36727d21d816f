import { SPAN_ID_PATTERN, TRACE_ID_PATTERN } from "./meta-fields.ts";
import type { TracingMeta } from "./meta.ts";

/** `00-<trace>-<span>-01`; undefined without a trace and a span. Sampled unless the meta says that it is not. */
export function traceparentOf(tracing: TracingMeta): string | undefined {
  if (tracing.traceId === undefined || tracing.spanId === undefined) return undefined;
  return `00-${tracing.traceId}-${tracing.spanId}-${tracing.sampled === false ? "00" : "01"}`;
}

/** The text of the three headers, each as it was received. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}

/**
 * Reads the headers of W3C Trace Context and Baggage. What does not follow them is left out: a broken header is to be
 * treated as if there were none, and without a good traceparent tracestate means nothing.
 */
export function readTraceparent({ traceparent, tracestate, baggage }: TraceHeaders): TracingMeta {
  const parent = parentOf(traceparent);
  const traceState = parent === undefined || tracestate === undefined ? undefined : traceStateOf(tracestate);
  const entries = baggage === undefined ? {} : readBaggage(baggage);
  return {
    ...parent,
    ...(traceState === undefined ? {} : { traceState }),
    ...(Object.keys(entries).length === 0 ? {} : { baggage: entries }),
  };
}

/** `version-trace-parent-flags`; later versions may have more after the flags, and 00 may not. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const SAMPLED = 1;

function parentOf(text: string | undefined): Pick<TracingMeta, "traceId" | "spanId" | "sampled"> | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest] = TRACEPARENT.exec(text?.trim() ?? "") ?? [];
  if (version === "00" && rest !== undefined) return undefined;
  if (!TRACE_ID_PATTERN.test(traceId) || !SPAN_ID_PATTERN.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

const TRACESTATE_MEMBERS_MAX = 32;
const TRACESTATE_MEMBER =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function traceStateOf(text: string): string | undefined {
  const members = text
    .split(",", TRACESTATE_MEMBERS_MAX + 1)
    .map((member) => member.trim())
    .filter((member) => member !== "");
  if (members.length === 0 || members.length > TRACESTATE_MEMBERS_MAX) return undefined;
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  return keys.size === members.length && members.every((member) => TRACESTATE_MEMBER.test(member)) ? members.join(",") : undefined;
}

/** W3C Baggage, section 3.3.2: what every platform must carry. */
const BAGGAGE_MEMBERS_MAX = 64;
const BAGGAGE_BYTES_MAX = 8_192;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Only what the header can carry; undefined when that is nothing. */
export function baggageOf(tracing: TracingMeta): string | undefined {
  const members: string[] = [];
  let leftBytes = BAGGAGE_BYTES_MAX + 1;
  for (const [key, value] of Object.entries(tracing.baggage ?? {})) {
    const member = `${key}=${encodeURIComponent(value.toWellFormed())}`;
    if (!TOKEN.test(key) || member.length + 1 > leftBytes || members.length === BAGGAGE_MEMBERS_MAX) continue;
    leftBytes -= member.length + 1;
    members.push(member);
  }
  return members.length === 0 ? undefined : members.join(",");
}

/** Properties after `;` have no place in the meta. */
function readBaggage(text: string): Readonly<Record<string, string>> {
  if (text.length > BAGGAGE_BYTES_MAX) return {};
  const members = text.split(",", BAGGAGE_MEMBERS_MAX).flatMap((member): [string, string][] => {
    const [pair = ""] = member.split(";", 1);
    const at = pair.indexOf("=");
    const [key, value] = [pair.slice(0, at).trim(), percentDecoded(pair.slice(at + 1).trim())];
    return at > 0 && TOKEN.test(key) && value !== undefined ? [[key, value]] : [];
  });
  return Object.fromEntries(members);
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
