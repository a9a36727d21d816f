import { expressionReferences, templateReferences, type TemplateReference } from "../expression/references.ts";
import type { Path } from "../model/problem.ts";
import type { Expression, Step, StepAction, Template, ToolUse, WorkflowAction } from "../model/workflow.ts";

/** One key of a step that holds expressions. */
export interface StepPart {
  /**
   * What it belongs to, and so when it is evaluated: the keys of the step itself before it begins, `verify` and
   * `fallback` while it is open, and `compensate` when it is undone.
   */
  readonly owner: "step" | "verify" | "fallback" | "compensate";
  readonly path: Path;
  readonly template: Template;
  readonly expressions: readonly TemplateReference[];
  /** What the template is given to, if it is the arguments of a call. Its own place is one key above the template. */
  readonly callee?: { readonly kind: "tool"; readonly use: ToolUse } | { readonly kind: "workflow"; readonly use: WorkflowAction };
}

/** All parts of a step that hold expressions or call something. Each expression is compiled here, once. */
export function stepParts(step: Step, path: Path): readonly StepPart[] {
  const parts = [actionPart(step.action, path)];
  if (step.if !== undefined) parts.push(expressionPart(step.if, "step", [...path, "if"]));
  if (step.forEach !== undefined) parts.push(templatePart(step.forEach, [...path, "for_each"]));
  if (step.fallback?.kind === "tool") parts.push(toolPart(step.fallback, "fallback", [...path, "fallback"]));
  if (step.fallback?.kind === "value") {
    parts.push({ ...templatePart(step.fallback.value, [...path, "fallback", "value"]), owner: "fallback" });
  }
  if (step.verify !== undefined) {
    parts.push(toolPart(step.verify, "verify", [...path, "verify"]));
    parts.push(expressionPart(step.verify.happened, "verify", [...path, "verify", "happened"]));
  }
  if (step.compensate !== undefined) parts.push(toolPart(step.compensate, "compensate", [...path, "compensate"]));
  return parts;
}

/** A template that the step itself evaluates before it begins; also the output of a workflow, which has no step. */
export function templatePart(template: Template, path: Path): StepPart {
  return { owner: "step", path, template, expressions: templateReferences(template) };
}

function actionPart(action: StepAction, path: Path): StepPart {
  switch (action.kind) {
    case "tool":
      return toolPart(action, "step", path);
    case "workflow":
      return { ...templatePart(action.with, [...path, "with"]), callee: { kind: "workflow", use: action } };
    case "value":
      return templatePart(action.value, [...path, "value"]);
    case "approval":
      return templatePart(action.message, [...path, "approval", "message"]);
    case "sleep":
      return action.duration === undefined
        ? templatePart(action.until ?? null, [...path, "until"])
        : templatePart(action.duration, [...path, "sleep"]);
  }
}

function toolPart(use: ToolUse, owner: StepPart["owner"], path: Path): StepPart {
  return { ...templatePart(use.with, [...path, "with"]), owner, callee: { kind: "tool", use } };
}

function expressionPart(source: Expression, owner: StepPart["owner"], path: Path): StepPart {
  const references = expressionReferences(source);
  return { owner, path, template: source, expressions: [{ path: [], offset: 0, whole: true, references }] };
}
