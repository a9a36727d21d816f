import { LIMITS } from "../limits.ts";
import type { Scope } from "../scope.ts";
import type { Value } from "./value.ts";

/** One evaluation while it runs. */
export interface Evaluation {
  readonly scope: Scope;
  /** The variables of macros, each at the place that it was given when the expression was compiled. */
  readonly variables: Value[];
  workLeft: number;
}

/** A part of an expression, compiled. */
export type Run = (evaluation: Evaluation) => Value;

/**
 * An expression that has no value for this scope. `||`, `&&`, `all` and `exists` go on without the part that failed, as CEL
 * says, so the message is only made when somebody reads it.
 */
export class ExpressionFailure extends Error {
  override readonly name = "ExpressionFailure";
  readonly describe: () => string;
  constructor(describe: () => string) {
    super();
    this.describe = describe;
  }
}

/** What going on after a failure costs: making an error is slow. */
export const FAILURE_WORK = 50;

/** An expression that costs too much. Nothing in the expression may go on after it, or a limit would be none. */
export class LimitExceeded extends Error {
  override readonly name = "LimitExceeded";
}

/** Why an evaluation ended without a value. @throws the error again when it is none of the two kinds: then it is a bug */
export function reasonOf(error: unknown): string {
  if (error instanceof ExpressionFailure) return error.describe();
  if (error instanceof LimitExceeded) return error.message;
  throw error;
}

/** @throws ExpressionFailure always */
export function fail(message: string): never {
  throw new ExpressionFailure(() => message);
}

/** Pays for work, in the units of `LIMITS.work`. @throws LimitExceeded when it is used up */
export function spend(evaluation: Evaluation, units: number): void {
  evaluation.workLeft -= units;
  if (evaluation.workLeft < 0) {
    throw new LimitExceeded(`it needs more than ${LIMITS.work / 1e6} million units of work: use smaller lists, or let a tool do it`);
  }
}

/** Pays for reading or making text of this length. */
export function spendText(evaluation: Evaluation, length: number): void {
  spend(evaluation, 1 + length / 16);
}

/** Pays for a text that was made. @throws LimitExceeded when it is too long */
export function madeText(evaluation: Evaluation, text: string): string {
  if (text.length > LIMITS.textLength) {
    throw new LimitExceeded(`it makes a text of more than ${LIMITS.textLength / 2 ** 20} Mi characters`);
  }
  spendText(evaluation, text.length);
  return text;
}
