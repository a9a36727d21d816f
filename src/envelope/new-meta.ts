import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { IdSource, TraceIdSource } from "../base/ids.ts";
import type { Meta, TracingMeta } from "./meta.ts";

/** Of the envelope format that is written. */
export const ENVELOPE_VERSION: string = "1.0";

/** What a new meta needs from the world. */
export interface EnvelopeSource {
  readonly clock: Pick<Clock, "nowMs">;
  readonly ids: IdSource & TraceIdSource;
}

/** The meta of a new request: what is given, and the rest made. A trace that is given goes on; else a new one begins. */
export function newMeta(source: EnvelopeSource, given: Partial<Meta> = {}): Meta {
  const kept: Partial<Meta> = defined(given);
  return {
    ...kept,
    requestId: kept.requestId ?? source.ids.next(),
    version: kept.version ?? ENVELOPE_VERSION,
    timestamp: kept.timestamp ?? new Date(source.clock.nowMs()).toISOString(),
    tracing: newTracing(source.ids, kept.tracing ?? {}),
  };
}

function newTracing(ids: TraceIdSource, given: TracingMeta): TracingMeta {
  if (given.traceId !== undefined) return { ...given, spanId: given.spanId ?? ids.spanId() };
  return { ...given, traceId: ids.traceId(), spanId: ids.spanId() };
}
