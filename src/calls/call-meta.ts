import { hash } from "node:crypto";
import { withChildContext } from "../envelope/child-meta.ts";
import type { Meta } from "../envelope/meta.ts";
import type { CallRequest } from "../model/call.ts";

/**
 * The meta of one attempt of a call: a child of the meta of its execution. It is derived and never kept, so all
 * attempts of a call have the same ids also in another process; only the span is the attempt's own.
 */
export function callMeta(request: CallRequest): Meta {
  const { meta, executionId, idempotencyKey, attempt, attemptsMax, workflowId } = request;
  // A call by hand is a workflow of one step.
  const step = request.stepContext ?? meta.stepContext ?? { stepName: request.tool, stepIndex: 1, totalSteps: 1 };
  const digits = hash("sha256", idempotencyKey);
  const child: Writable<Meta> = withChildContext(
    meta.requestId === undefined ? { ...meta, requestId: requestIdOf(executionId) } : meta,
    step,
    {
      childRequestId: uuidFrom(timeOf(executionId), digits),
      // The first attempt, most often the only one, does with one hash: it is the dearest part of all.
      spanId: attempt === 1 ? digits.slice(32, 48) : hash("sha256", `${idempotencyKey}#${attempt}`).slice(0, 16),
      traceId: meta.tracing?.traceId ?? hash("sha256", executionId).slice(0, 32),
    },
  );
  // It is new, and nobody else has it yet.
  if (workflowId !== undefined) child.workflowId = workflowId;
  if (attempt > 1 && attemptsMax !== undefined) child.retryContext = { attempt, maxAttempts: Math.max(attempt, attemptsMax) };
  return child;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The 48 bits of time that begin an id, as they stand there: `0193f2c7-5d0a`. Ids that a caller has chosen have none, and
 * give bits of their hash.
 */
function timeOf(executionId: string): string {
  if (UUID_V7.test(executionId)) return executionId.slice(0, 13);
  const digits = hash("sha256", executionId);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}`;
}

/** Executions that were started without an envelope are operations of their own. */
function requestIdOf(executionId: string): string {
  return UUID_V7.test(executionId) ? executionId : uuidFrom(timeOf(executionId), hash("sha256", executionId).slice(12));
}

/** In the layout of a UUID v7 (RFC 9562, section 5.7), with digits of a hash in place of the random ones. */
function uuidFrom(time: string, digits: string): string {
  const variant = "89ab".charAt(Number.parseInt(digits.charAt(3), 16) & 3);
  return `${time}-7${digits.slice(0, 3)}-${variant}${digits.slice(4, 7)}-${digits.slice(7, 19)}`;
}
