import { defined } from "../base/defined.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { withoutClaims } from "../envelope/browser-meta.ts";
import { withResponseFields } from "../envelope/child-meta.ts";
import { encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";
import type { WorkflowResponse } from "../envelope/payloads.ts";
import type { CallError } from "../model/call.ts";
import { envelopeErrorOfCall } from "../model/call-envelope-error.ts";
import type { ExecutionReport, Outcome, StepReport } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";
import { StepWords } from "./step-words.ts";

/**
 * The answer to the request that an execution was started with: how it ended, what came of it, and the error if there
 * is one. docs/envelope.md has the table.
 *
 * An execution that has not ended answers with its status, and with what it waits for.
 */
export function workflowResponse(full: ExecutionReport, plan: Plan): Envelope<WorkflowResponse> {
  const report = plan.workflow.errorPolicy.propagateToUser === false ? withoutErrors(full) : full;
  const words = new StepWords(report, plan);
  const meta = responseMeta(report, words);
  const { outcome } = report;
  if (outcome === undefined) return { meta, data: { status: report.status, results: openResults(report) } };
  const error = errorOf(report, outcome, words);
  return { meta, data: { status: outcome, results: resultsOf(report, outcome, words) }, ...(error === undefined ? {} : { error }) };
}

/** Whoever asked learns that it failed and where, and not why: `propagate_to_user: false`. */
function withoutErrors({ error: _reason, ...report }: ExecutionReport): ExecutionReport {
  return {
    ...report,
    steps: report.steps.map(({ error: _reason, ...step }) => step),
    leftovers: report.leftovers.map(({ error: _reason, ...leftover }) => leftover),
  };
}

function responseMeta(report: ExecutionReport, words: StepWords): Meta {
  const given = report.meta ?? {};
  // Both moments are of this machine: they are in its journal.
  const elapsed = { nowMs: report.endedAtMs ?? report.startedAtMs, durationMs: report.metrics.durationMs };
  const { undoneBy } = words;
  return {
    ...withoutClaims(withResponseFields(given, elapsed)),
    workflowId: given.workflowId ?? report.workflowId,
    correlationContext: {
      ...given.correlationContext,
      execution_id: report.executionId,
      ...(undoneBy.length === 0 ? {} : { rollback_actions: undoneBy }),
    },
  };
}

function openResults(report: ExecutionReport): JsonObject {
  const waiting = report.steps.flatMap(({ id, waitingFor }) =>
    waitingFor === undefined ? [] : [{ step: id, waits_for: waitingFor.kind }],
  );
  return { execution_id: report.executionId, needs_person: report.needsPerson, waiting };
}

function resultsOf(report: ExecutionReport, outcome: Outcome, words: StepWords): Json {
  switch (outcome) {
    case "completed":
      return report.output;
    case "validation_failed":
      return { failed_validations: words.refused.map(({ tool, id }) => tool ?? id) };
    case "partial_success":
      return words.story;
    case "failed_with_rollback":
      return { ...words.story, rollback: words.undone };
    case "rollback_failed":
      return { ...words.story, rollback: words.undone, leftovers: words.leftovers };
    case "failed":
      return { error: report.error?.message ?? "the workflow failed", ...leftoversOf(words) };
    case "cancelled":
      return { ...words.story, rollback: words.undone, ...leftoversOf(words) };
  }
}

/** What was changed and still stands is never hidden. */
function leftoversOf({ leftovers }: StepWords): JsonObject {
  return leftovers.length === 0 ? {} : { leftovers };
}

function errorOf(report: ExecutionReport, outcome: Outcome, words: StepWords): EnvelopeError | undefined {
  const cause = report.error ?? words.firstError;
  switch (outcome) {
    case "completed":
      return undefined;
    case "validation_failed":
      return {
        type: "Validation",
        code: "VALIDATION_FAILED",
        message: "Validation failed",
        details: { validations: words.refused.map(refusal) },
        httpStatusCode: 422,
      };
    case "partial_success":
      return partial(report, words, cause);
    case "failed_with_rollback":
      return external("ROLLED_BACK", cause?.message ?? "the workflow failed", cause);
    case "rollback_failed":
      return external("ROLLBACK_FAILED", cause?.message ?? "the workflow failed, and not everything could be undone", cause);
    case "cancelled":
      return { type: "Internal", code: "CANCELLED", message: cause?.message ?? "the workflow was cancelled", httpStatusCode: 409 };
    case "failed":
      return cause === undefined ? external("WORKFLOW_FAILED", "the workflow failed", cause) : envelopeErrorOfCall(cause);
  }
}

/** The results tell what was done; what there is of the output is beside the error. */
function partial(report: ExecutionReport, words: StepWords, cause: CallError | undefined): EnvelopeError {
  const message = words.failed.length > 0 ? `Step failed: ${words.failed.join(", ")}` : `Step degraded: ${words.degraded.join(", ")}`;
  return external("PARTIAL_SUCCESS", message, cause, { output: report.output });
}

function external(code: string, message: string, cause: CallError | undefined, facts: JsonObject = {}): EnvelopeError {
  const details = { ...facts, ...(cause === undefined ? {} : { cause: errorOnWire(cause) }) };
  return { type: "External", code, message, ...(Object.keys(details).length === 0 ? {} : { details }), httpStatusCode: 502 };
}

function refusal({ id, tool, error }: StepReport): JsonObject {
  return { step: id, ...defined({ tool, message: error?.message }) };
}

function errorOnWire(error: CallError): Json {
  const { error: onWire } = encodeEnvelope({ meta: {}, error: envelopeErrorOfCall(error) });
  return isJsonObject(onWire) ? onWire : {};
}
