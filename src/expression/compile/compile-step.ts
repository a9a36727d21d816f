import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../base/nearest.ts";
import type { StepView } from "../scope.ts";
import { ExpressionFailure, fail, type Evaluation, type Run } from "../values/evaluation.ts";
import { Optional, type Value } from "../values/value.ts";
import type { Compiler } from "./compiler.ts";
import type { Access } from "./syntax-tree.ts";

/** What can be read of a step. */
const STEP_PARTS = ["output", "status", "error"] as const;
type StepPart = (typeof STEP_PARTS)[number];

/** Compiles `steps.id` or `steps["id"]` by itself: an object of what the step has. */
export function compileStep(compiler: Compiler, node: ASTNode, access: Access): Run {
  const { key } = access;
  if (typeof key !== "string") {
    const message =
      'the step must be named in the expression, as in steps.charge or steps["my-step"], because it decides what waits for what';
    return compiler.problem(node, { code: "dynamic-step", message });
  }
  if (access.optional) {
    const message = `a step is always there: write ${stepText(key)}.?output for an output that may be missing`;
    return compiler.problem(node, { code: "wrong-arguments", message });
  }
  compiler.use(node, "steps");
  return (evaluation) => {
    const view = viewOf(evaluation, key);
    const value: Record<string, Value> = { status: view.status };
    for (const part of ["output", "error"] as const) {
      const found = partOf(view, part);
      if (found !== undefined) value[part] = found;
    }
    return value;
  };
}

/** What becomes of a key that is not there: an error, an empty optional, or the answer false. */
export type AccessMode = "required" | "optional" | "has";

interface StepPartAccess {
  readonly access: Access;
  readonly step: string;
  readonly mode: AccessMode;
}

/** Compiles `steps.id.output`, `.status` and `.error`, with the optional forms and `has()`. */
export function compileStepPart(compiler: Compiler, node: ASTNode, { access, step, mode }: StepPartAccess): Run {
  const part = STEP_PARTS.find((name) => name === access.key);
  if (part === undefined) {
    const wrong = access.key === undefined ? "a computed key" : `"${access.key}"`;
    const meant = typeof access.key === "string" ? nearest(access.key, STEP_PARTS) : undefined;
    const hint = meant === undefined ? `write ${stepText(step)}.output for what it returned` : `did you mean "${meant}"?`;
    const message = `a step has output, status and error, not ${wrong} - ${hint}`;
    return compiler.problem(node, { code: "unknown-key", message, ...(meant !== undefined && { suggestion: meant }) });
  }
  compiler.use(node, "steps");
  switch (mode) {
    case "has":
      return (evaluation) => partOf(viewOf(evaluation, step), part) !== undefined;
    case "optional":
      return (evaluation) => new Optional(partOf(viewOf(evaluation, step), part));
    case "required":
      return (evaluation) => {
        const view = viewOf(evaluation, step);
        const found = partOf(view, part);
        if (found === undefined) throw new ExpressionFailure(() => missingPart(step, view, part));
        return found;
      };
  }
}

/** What the scope knows of a step. @throws ExpressionFailure when it knows no such step */
export function viewOf(evaluation: Evaluation, step: string): StepView {
  return evaluation.scope.step(step) ?? fail(`there is no step "${step}"`);
}

/** How a step is written in an expression: a dot reads a dash as a minus. */
function stepText(id: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(id) ? `steps.${id}` : `steps[${JSON.stringify(id)}]`;
}

function partOf(view: StepView, part: StepPart): Value | undefined {
  switch (part) {
    case "status":
      return view.status;
    case "error":
      return view.error === undefined ? undefined : { ...view.error };
    case "output":
      return view.status === "completed" ? (view.output ?? null) : undefined;
  }
}

function missingPart(step: string, view: StepView, part: StepPart): string {
  const optional = `write ${stepText(step)}.?${part} if it may be missing`;
  if (part === "error") return `step "${step}" has no error, because its status is "${view.status}": ${optional}`;
  return `step "${step}" has no output, because its status is "${view.status}": ${optional}`;
}
