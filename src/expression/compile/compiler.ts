import type { ASTNode } from "@marcbachmann/cel-js";
import type { ExpressionProblem } from "../expression-problem.ts";
import type { Run } from "../values/evaluation.ts";

/** What the parts of the compiler share while one expression is compiled. */
export interface Compiler {
  /** Compiles any node. */
  readonly compile: (node: ASTNode, names: Names) => Run;
  /** Notes a problem at a node, and stands in for what cannot be compiled: an expression with a problem is never run. */
  readonly problem: (node: ASTNode, problem: Omit<ExpressionProblem, "range">) => Run;
  /** Notes that a node has a value only in some places of a workflow. */
  readonly use: (node: ASTNode, feature: PlaceFeature) => void;
  /** Notes that the value of a node depends on the scope. */
  readonly reads: () => void;
  /** A new place in `Evaluation.variables`. */
  readonly newPlace: () => number;
}

/** What only some places of a workflow have. */
export type PlaceFeature = "item" | "output" | "outcome" | "status" | "steps";

/** The variables of the macros around a node, innermost first. */
export type Names = { readonly name: string; readonly place: number; readonly outer: Names } | undefined;

/** `name(arguments)`. */
export interface PlainCall {
  readonly node: ASTNode;
  readonly name: string;
  readonly arguments: readonly ASTNode[];
}

/** `receiver.name(arguments)`. */
export interface MethodCall {
  readonly node: ASTNode;
  readonly name: string;
  readonly receiver: ASTNode;
  readonly arguments: readonly ASTNode[];
}

/** A macro variable with the names that its body sees. */
export interface Binding {
  readonly place: number;
  readonly names: Names;
}

/**
 * Names that a macro variable may not take, so that what an expression refers to can be told without knowing its
 * variables. `item` is free: `list.map(item, item.id)` is what people write.
 */
const TAKEN: ReadonlySet<string> = new Set(["inputs", "steps", "secrets"]);

/** Where the value of a macro variable is, if there is one of that name. */
export function placeOf(name: string, names: Names): number | undefined {
  for (let scope = names; scope !== undefined; scope = scope.outer) {
    if (scope.name === name) return scope.place;
  }
  return undefined;
}

/** Gives a macro its variable. Undefined, with a problem noted, when that is no free name. */
export function bindVariable(compiler: Compiler, variable: ASTNode, names: Names): Binding | undefined {
  if (variable.op !== "id") {
    compiler.problem(variable, { code: "wrong-arguments", message: "a name for the variable belongs here" });
    return undefined;
  }
  if (TAKEN.has(variable.args)) {
    compiler.problem(variable, {
      code: "name-taken",
      message: `"${variable.args}" has a meaning of its own, so the variable needs another name`,
    });
    return undefined;
  }
  const place = compiler.newPlace();
  return { place, names: { name: variable.args, place, outer: names } };
}
