import type { Json } from "../base/json.ts";
import type { Expression } from "../model/workflow.ts";
import { compileExpression, newEvaluation, type CompiledExpression } from "./compile/compile-expression.ts";
import type { Scope } from "./scope.ts";
import { reasonOf } from "./values/evaluation.ts";
import { jsonOf } from "./values/json-of.ts";
import { describeKind } from "./values/value.ts";

/** A value, or why there is none. The message names the expression and what is missing, and never shows data. */
export type Evaluated<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** The value of an expression. It costs nothing for steps that the expression does not name. */
export function evaluateExpression(source: Expression, scope: Scope): Evaluated<Json> {
  const compiled = compileExpression(source);
  if (compiled.secret !== undefined) {
    return failed(source, 'a secret can only be used inside of "with"');
  }
  return runCompiled(compiled, source, scope);
}

/** The value of a condition, which is an error when it is neither true nor false. */
export function evaluateCondition(source: Expression, scope: Scope): Evaluated<boolean> {
  const evaluated = evaluateExpression(source, scope);
  if (!evaluated.ok) return evaluated;
  return typeof evaluated.value === "boolean"
    ? { ok: true, value: evaluated.value }
    : failed(source, `a condition must be true or false, not ${describeKind(evaluated.value)}`);
}

/** Evaluates what was compiled from the source. */
export function runCompiled(compiled: CompiledExpression, source: string, scope: Scope): Evaluated<Json> {
  const [problem] = compiled.problems;
  if (problem !== undefined) return failed(source, problem.message);
  const evaluation = newEvaluation(scope);
  try {
    const value = compiled.run(evaluation);
    // What a verbatim expression returns came out of the scope, which holds nothing but JSON.
    return { ok: true, value: compiled.verbatim ? (value as Json) : jsonOf(value, evaluation) };
  } catch (error) {
    return failed(source, reasonOf(error));
  }
}

function failed(source: string, message: string): { readonly ok: false; readonly message: string } {
  const line = source.trim().replaceAll(/\s+/g, " ");
  return { ok: false, message: `${line.length <= 80 ? line : `${line.slice(0, 79)}…`}: ${message}` };
}
