import type { ASTNode, BinaryOperator } from "@marcbachmann/cel-js";
import { add, multiplicative, negate, subtract } from "../values/arithmetic.ts";
import { compare, equal, isIn } from "../values/comparison.ts";
import { ExpressionFailure, fail, FAILURE_WORK, spend, type Evaluation, type Run } from "../values/evaluation.ts";
import { describeKind, Optional, type Value } from "../values/value.ts";
import type { Compiler, Names } from "./compiler.ts";

type Operator = (left: Value, right: Value, evaluation: Evaluation) => Value;

const BINARY: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["==", same],
  ["!=", (left, right, evaluation) => !same(left, right, evaluation)],
  ["<", (left, right, evaluation) => compare(left, right, evaluation) < 0],
  ["<=", (left, right, evaluation) => compare(left, right, evaluation) <= 0],
  [">", (left, right, evaluation) => compare(left, right, evaluation) > 0],
  [">=", (left, right, evaluation) => compare(left, right, evaluation) >= 0],
  ["in", isIn],
  ["+", add],
  ["-", subtract],
  ["*", multiplicative("*")],
  ["/", multiplicative("/")],
  ["%", multiplicative("%")],
]);

/** Compiles an operator. */
export function compileOperator(compiler: Compiler, node: ASTNode, names: Names): Run {
  const part = (child: ASTNode): Run => compiler.compile(child, names);
  switch (node.op) {
    case "!_": {
      const operand = part(node.args);
      return (evaluation) => !boolOf("!", operand(evaluation));
    }
    case "-_": {
      const operand = part(node.args);
      return (evaluation) => negate(operand(evaluation));
    }
    case "?:": {
      const [condition, yes, no] = [part(node.args[0]), part(node.args[1]), part(node.args[2])];
      return (evaluation) => (boolOf("?", condition(evaluation)) ? yes(evaluation) : no(evaluation));
    }
    case "||":
      return logical(part(node.args[0]), part(node.args[1]), true);
    case "&&":
      return logical(part(node.args[0]), part(node.args[1]), false);
    default:
      return binary(compiler, node, names);
  }
}

function binary(compiler: Compiler, node: ASTNode, names: Names): Run {
  const operator = BINARY.get(node.op);
  if (operator === undefined || !isBinary(node)) {
    return compiler.problem(node, { code: "unsupported", message: `"${node.op}" is not part of the language` });
  }
  const left = compiler.compile(node.args[0], names);
  const right = compiler.compile(node.args[1], names);
  return (evaluation) => operator(left(evaluation), right(evaluation), evaluation);
}

function isBinary(node: ASTNode): node is Extract<ASTNode, { readonly op: BinaryOperator }> {
  return BINARY.has(node.op);
}

/** An optional is never equal to what may be in it, which nobody who compares them means. */
function same(left: Value, right: Value, evaluation: Evaluation): boolean {
  if (left instanceof Optional !== right instanceof Optional) fail("an optional is compared with a value: write .orValue(...) after it");
  return equal(left, right, evaluation);
}

/** `||` is true and `&&` is false as soon as one side is, even when the other side fails. */
function logical(left: Run, right: Run, decisive: boolean): Run {
  const operator = decisive ? "||" : "&&";
  return (evaluation) => {
    let failure: ExpressionFailure | undefined;
    try {
      if (boolOf(operator, left(evaluation)) === decisive) return decisive;
    } catch (error) {
      if (!(error instanceof ExpressionFailure)) throw error;
      spend(evaluation, FAILURE_WORK);
      failure = error;
    }
    if (boolOf(operator, right(evaluation)) === decisive) return decisive;
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

function boolOf(operator: string, value: Value): boolean {
  return typeof value === "boolean"
    ? value
    : fail(`"${operator}" needs true or false, not ${describeKind(value)}: compare it, as in x == "yes" or size(x) > 0`);
}
