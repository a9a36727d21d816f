import type { Ms } from "../base/duration.ts";
import type { Json } from "../base/json.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import type { Effect } from "../model/workflow.ts";
import { type AnswerMemory, type Question, questionKey } from "./answer-memory.ts";
import type { Fallback } from "./adapter-settings.ts";
import { inputRequired } from "./input-required.ts";

/** What stands in for the result of a call that failed. */
export interface FallbackAnswer {
  readonly output: Json;
  readonly source: "cache" | "fallback" | "default";
  readonly warning: string;
}

export interface FallbackPorts {
  readonly answers: AnswerMemory;
  /** Makes the call with the alternative, undefined when that fails too. */
  readonly alternative: (target: NonNullable<Fallback["alternative"]>) => Promise<Json | undefined>;
}

const FRESH_FOR_MS = 60_000;

/**
 * Looks for something better than an error: a fresh earlier answer, an alternative, an older answer, the configured
 * default, in this order. Undefined when there is none of these.
 */
export async function findFallback(
  failed: FailedQuestion,
  policy: Required<ErrorPolicy>,
  ports: FallbackPorts,
): Promise<FallbackAnswer | undefined> {
  const { question, fallback } = failed;
  const earlier = ports.answers.recall(questionKey(question));
  const fresh = earlier !== undefined && earlier.ageMs < (fallback.freshForMs ?? FRESH_FOR_MS);
  if (fresh) return earlierAnswer(earlier, failed);
  const other = await otherAnswer(failed, ports);
  if (other !== undefined) return other;
  if (earlier !== undefined && policy.cacheOnError) return earlierAnswer(earlier, failed);
  if (fallback.default === undefined) return undefined;
  return { output: fallback.default, source: "default", warning: `this is the configured default, ${because(failed)}` };
}

interface FailedQuestion {
  readonly question: Question;
  readonly error: EnvelopeError;
  readonly fallback: Fallback;
}

function earlierAnswer({ output, ageMs }: { readonly output: Json; readonly ageMs: Ms }, failed: FailedQuestion): FallbackAnswer {
  return { output, source: "cache", warning: `this is an answer of ${Math.round(ageMs / 1_000)} s ago, ${because(failed)}` };
}

async function otherAnswer(failed: FailedQuestion, ports: FallbackPorts): Promise<FallbackAnswer | undefined> {
  const { alternative } = failed.fallback;
  const output = alternative === undefined ? undefined : await ports.alternative(alternative);
  if (alternative === undefined || output === undefined) return undefined;
  const { service = failed.question.server, tool = failed.question.tool } = alternative;
  return { output, source: "fallback", warning: `this is the answer of ${service}.${tool}, ${because(failed)}` };
}

function because({ question, error }: FailedQuestion): string {
  return `because ${question.server}.${question.tool} failed: ${error.message}`;
}

/** Failures that nothing may stand in for: an answer would hide that the call was wrong or not allowed. */
const FINAL: ReadonlySet<CallErrorKind> = new Set(["denied", "input_invalid", "cancelled"]);

/** Whether something else may stand in for a call. When it may have taken effect once, an alternative would be a second time. */
export function mayFallBack(outcome: Exclude<CallOutcome, { kind: "succeeded" }>, effect: Effect): boolean {
  if (FINAL.has(outcome.error.kind) || inputRequired(outcome.error) !== undefined) return false;
  return outcome.kind === "failed" || effect !== "once";
}
