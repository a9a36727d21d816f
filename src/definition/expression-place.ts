import type { ExpressionPlace } from "../expression/check-expression.ts";
import type { Path } from "../model/problem.ts";
import type { DeclaredNames, DeclaredStep } from "./declared-names.ts";

/** Where in a workflow an expression stands, and so what it may read. */
export interface WorkflowPlace {
  readonly features: ExpressionPlace;
  /** The step that it belongs to. */
  readonly step?: DeclaredStep;
  readonly inFinally: boolean;
  /** Whether it is evaluated late enough to read the steps of `finally`. */
  readonly seesFinally: boolean;
  /** Whether it may read the step that it belongs to: `compensate` comes after the step has ended. */
  readonly afterStep: boolean;
  /** Whether what it gives goes to a tool and is written down nowhere. */
  readonly secretsStaySecret: boolean;
}

/** The place of an expression or template by its canonical path. */
export function expressionPlace(path: Path, declared: DeclaredNames): WorkflowPlace {
  const [phase, index, key, inner] = path;
  if (phase !== "steps" && phase !== "finally") {
    const atEnd = phase === "output";
    return { features: { steps: atEnd }, inFinally: false, seesFinally: atEnd, afterStep: false, secretsStaySecret: false };
  }
  const step = declared[phase][Number(index)];
  const inFinally = phase === "finally";
  return {
    features: { steps: true, outcome: inFinally, ...stepFeatures(String(key), inner, step) },
    ...(step === undefined ? {} : { step }),
    inFinally,
    seesFinally: inFinally,
    afterStep: key === "compensate",
    secretsStaySecret: key !== "with" || step?.callsTool !== false,
  };
}

function stepFeatures(key: string, inner: Path[number] | undefined, step: DeclaredStep | undefined): ExpressionPlace {
  const item = step?.hasItems === true;
  switch (key) {
    case "if":
      return { status: true };
    case "with":
      return { item, secrets: true };
    case "verify":
      return { item, secrets: inner === "with", output: inner === "happened" };
    case "compensate":
      return { item, secrets: inner === "with", output: true };
    case "fallback":
      return { item, secrets: inner === "with" };
    case "value":
      return { item };
    default:
      return {};
  }
}
