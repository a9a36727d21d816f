import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallOutcome, CallTrip } from "../model/call.ts";
import { UNKNOWN_LABEL } from "../model/metric.ts";
import type { CallResult } from "../model/metric.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Log, LogLevel } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import { logFields } from "./call-log-fields.ts";
import type { CallOnItsWay, CallStage } from "./call-stage.ts";

/** Where what is found out about calls goes. */
export interface MeasureCallPorts {
  readonly metrics: Metrics;
  readonly log: Log;
  /** Those that there are: a name that somebody has made up gets no measurements of its own. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
}

/**
 * Measures every attempt, and tells the log how it ended and where its time went. Stands at the head of the path, so that
 * it sees all of it. Nothing of the arguments or the output of a call comes here, nor the words of an error: they may
 * quote both.
 */
export function measureCall({ metrics, log, servers }: MeasureCallPorts): CallStage {
  return async (call, next) => {
    const outcome = await next(call);
    const { request } = call;
    const server = servers.has(request.server) ? request.server : UNKNOWN_LABEL;
    const result = resultOf(outcome);
    const trip = call.record.trip();
    metrics.count("tutti_calls_total", { server, tool: toolLabel(request.tool, result), outcome: result });
    if (request.attempt > 1) metrics.count("tutti_call_retries_total", { server });
    if (trip !== undefined) measureTrip(metrics, server, trip);
    tell(log, { call, outcome, result, trip });
    return outcome;
  };
}

function measureTrip(metrics: Metrics, server: string, trip: CallTrip): void {
  metrics.record("tutti_call_queue_seconds", { server }, trip.queuedMs / 1_000);
  metrics.record("tutti_call_overhead_seconds", { server }, trip.overheadMs / 1_000);
  // What was never sent has no duration.
  if (trip.serverMs > 0) metrics.record("tutti_call_duration_seconds", { server }, trip.serverMs / 1_000);
}

function resultOf(outcome: CallOutcome): CallResult {
  if (outcome.kind !== "succeeded") return outcome.error.kind;
  return outcome.source === undefined ? "succeeded" : "cached";
}

/** Whoever asks for tools that do not exist, or that he may not use, could else make up any number of names. */
function toolLabel(tool: string, result: CallResult): string {
  return result === "not_found" || result === "denied" || result === "input_invalid" ? UNKNOWN_LABEL : tool;
}

interface Ended {
  readonly call: CallOnItsWay;
  readonly outcome: CallOutcome;
  readonly result: CallResult;
  readonly trip: CallTrip | undefined;
}

function tell(log: Log, ended: Ended): void {
  const level = levelOf(ended);
  if (log.enabled(level)) log.write(level, messageOf(ended.outcome), { ...logFields(ended.call), ...factsOf(ended) });
}

/** What was asked for by nobody or stopped by somebody is no warning. */
function levelOf({ outcome, result }: Ended): LogLevel {
  return outcome.kind === "succeeded" || result === "cancelled" ? "debug" : "warn";
}

function messageOf(outcome: CallOutcome): string {
  switch (outcome.kind) {
    case "succeeded":
      return "a call has succeeded";
    case "failed":
      return "a call has failed";
    case "unknown":
      return "a call has ended without an answer";
  }
}

function factsOf({ outcome, result, trip }: Ended): JsonObject {
  return defined({
    outcome: result,
    replica: trip?.replica ?? (outcome.kind === "succeeded" ? undefined : outcome.error.replica),
    retry_after_ms: outcome.kind === "failed" ? outcome.retryAfterMs : undefined,
    machine: trip?.machine,
    queued_ms: trip?.queuedMs,
    server_ms: trip?.serverMs,
    overhead_ms: trip?.overheadMs,
    reserved_ms: trip?.reservedMs,
    hedged: trip?.hedged,
  });
}
