import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { Path } from "../model/problem.ts";
import type { Expression, Template } from "../model/workflow.ts";
import { compileExpression, type Use } from "./compile/compile-expression.ts";
import type { PlaceFeature } from "./compile/compiler.ts";
import type { ExpressionProblem } from "./expression-problem.ts";
import { scanTemplate } from "./scan-template.ts";

export type { ExpressionProblem } from "./expression-problem.ts";

/** What can be read at a place of a workflow, beside `inputs` and `execution`. What is not named is not there. */
export interface ExpressionPlace {
  /** `steps.x` */
  readonly steps?: boolean;
  /** `item` and `index`: on a step with `for_each`. */
  readonly item?: boolean;
  /** `output`: in `verify.happened` and `compensate`. */
  readonly output?: boolean;
  /** `execution.outcome`: in `finally` steps. */
  readonly outcome?: boolean;
  /** `succeeded('x')` and its like: in `if`. */
  readonly status?: boolean;
  /** `${{ secrets.NAME }}`: in `with`. */
  readonly secrets?: boolean;
}

/** Everything that is wrong with an expression at a place, without knowing the workflow around it. */
export function checkExpression(source: Expression, place: ExpressionPlace): readonly ExpressionProblem[] {
  const compiled = compileExpression(source);
  const misplaced = compiled.uses.filter(({ feature }) => place[feature] !== true).map(misplacedUse);
  if (compiled.secret !== undefined) {
    misplaced.push({ code: "wrong-place", message: MISPLACED_SECRET, range: { offset: 0, length: source.length } });
  }
  return [...compiled.problems, ...misplaced];
}

/** A problem in a string of a template. */
export interface TemplateProblem extends ExpressionProblem {
  /** The string, from the top of the template. The range counts from the beginning of the string. */
  readonly path: Path;
}

/** Everything that is wrong with the expressions of a template at a place. */
export function checkTemplate(template: Template, place: ExpressionPlace): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const visit = (value: Json, path: Path): void => {
    if (typeof value === "string") problems.push(...checkString(value, place).map((problem) => ({ ...problem, path })));
    else if (isJsonArray(value)) value.forEach((element, index) => visit(element, [...path, index]));
    else if (isJsonObject(value)) for (const [key, element] of Object.entries(value)) visit(element, [...path, key]);
  };
  visit(template, []);
  return problems;
}

const MISPLACED_SECRET = 'a secret can only be used inside of "with"';

const MISPLACED: Readonly<Record<PlaceFeature, string>> = {
  steps: "steps cannot be read here, because nothing has run yet",
  item: 'it is only there on a step with "for_each"',
  output: 'it is only there in "verify.happened" and "compensate": write steps.x.output for what a step returned',
  outcome: 'the outcome is only known to steps of "finally"',
  status: 'status functions can only be used in "if"',
};

function misplacedUse({ feature, text, range }: Use): ExpressionProblem {
  return { code: "wrong-place", message: `${text} cannot be used here: ${MISPLACED[feature]}`, range };
}

function checkString(text: string, place: ExpressionPlace): readonly ExpressionProblem[] {
  const segments = scanTemplate(text);
  return segments.flatMap((segment): readonly ExpressionProblem[] => {
    switch (segment.kind) {
      case "text":
        return [];
      case "unterminated":
        return [
          {
            code: "unterminated-expression",
            message: '"${{" is not closed by "}}" (quotes and braces in between must be closed too); "$${{" is a literal "${{"',
            range: { offset: segment.offset, length: segment.length },
          },
        ];
      case "expression":
        return checkSegment(segment.source, place).map((problem) => ({
          ...problem,
          range: {
            offset: segment.offset + (problem.range?.offset ?? 0),
            length: Math.max(1, problem.range?.length ?? segment.source.length),
          },
        }));
    }
  });
}

function checkSegment(source: string, place: ExpressionPlace): readonly ExpressionProblem[] {
  return place.secrets === true && compileExpression(source).secret !== undefined ? [] : checkExpression(source, place);
}
