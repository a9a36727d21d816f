import type { Json } from "../base/json.ts";
import type { Evaluated } from "../expression/evaluate.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import type { Scope } from "../expression/scope.ts";
import type { Template } from "../model/workflow.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";

/** What a person is asked. At a gate that is followed by the exact values: those that the step will be given, or has given. */
export function approvalText(state: ExecutionState, { node }: StepState, message: Template, scope: Scope): Evaluated<string> {
  const { gate, follows = -1 } = node;
  if (gate === undefined) return filled(message, scope, (value) => (typeof value === "string" ? value : JSON.stringify(value)));
  // The words of a gate are made from names that an author has chosen, and are no template.
  const withValue = (value: Json): string => `${typeof message === "string" ? message : ""} ${shown(value)}`;
  const { about } = gate;
  if (about === undefined) return { ok: true, value: withValue(state.steps[follows]?.output ?? null) };
  return filled(about, scope, withValue);
}

function filled(template: Template, scope: Scope, text: (value: Json) => string): Evaluated<string> {
  const evaluated = evaluateTemplate(template, scope);
  return evaluated.ok ? { ok: true, value: text(evaluated.value.value) } : evaluated;
}

/** Nobody reads more of it in a question, and the report has all of it. */
const CHARACTERS_MAX = 4_000;

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= CHARACTERS_MAX
    ? text
    : `${text.slice(0, CHARACTERS_MAX)}... (the first ${CHARACTERS_MAX} of ${text.length} characters)`;
}
