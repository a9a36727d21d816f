import { ExpressionFailure, fail, FAILURE_WORK, spend, type Evaluation, type Run } from "../values/evaluation.ts";
import { describeKind, isList, isMap, type Value } from "../values/value.ts";
import { bindVariable, type Compiler, type MethodCall, type Names } from "./compiler.ts";
import { countNodes } from "./syntax-tree.ts";

/** Compiles the methods that see the expressions they are given. Undefined when the call is none of them. */
export function compileMacro(compiler: Compiler, call: MethodCall, names: Names): Run | undefined {
  const count = call.arguments.length;
  switch (call.name) {
    case "all":
    case "exists":
      return count === 2 ? quantifier(loopOf(compiler, call, names), call.name === "exists") : undefined;
    case "exists_one":
      return count === 2 ? existsOne(loopOf(compiler, call, names)) : undefined;
    case "filter":
      return count === 2 ? filter(loopOf(compiler, call, names)) : undefined;
    case "map":
      return count === 2 || count === 3 ? mapped(compiler, call, names) : undefined;
    default:
      return undefined;
  }
}

/** What every macro over a list needs. */
interface Loop {
  readonly name: string;
  readonly elements: (evaluation: Evaluation) => readonly Value[];
  readonly place: number;
  readonly bodies: readonly Run[];
  /** Work for one element: all nodes that may run for it. */
  readonly work: number;
}

function loopOf(compiler: Compiler, call: MethodCall, names: Names): Loop {
  const receiver = compiler.compile(call.receiver, names);
  const [variable, ...bodies] = call.arguments;
  const binding = variable === undefined ? undefined : bindVariable(compiler, variable, names);
  return {
    name: call.name,
    elements: (evaluation) => elementsOf(call.name, receiver(evaluation), evaluation),
    place: binding?.place ?? 0,
    bodies: binding === undefined ? [] : bodies.map((body) => compiler.compile(body, binding.names)),
    work: 1 + bodies.reduce((total, body) => total + countNodes(body), 0),
  };
}

/** The elements of a list, or the keys of an object. */
function elementsOf(name: string, value: Value, evaluation: Evaluation): readonly Value[] {
  if (isList(value)) return value;
  if (!isMap(value)) return fail(`${name}() works on a list or an object, not on ${describeKind(value)}`);
  const keys = Object.keys(value);
  spend(evaluation, keys.length);
  return keys;
}

function conditionOf(loop: Loop, body: Run | undefined, evaluation: Evaluation): boolean {
  const value = body === undefined ? false : body(evaluation);
  return typeof value === "boolean" ? value : fail(`the condition of ${loop.name}() must be true or false, not ${describeKind(value)}`);
}

function filter(loop: Loop): Run {
  const [condition] = loop.bodies;
  return (evaluation) => {
    const kept: Value[] = [];
    for (const element of loop.elements(evaluation)) {
      spend(evaluation, loop.work);
      evaluation.variables[loop.place] = element;
      if (conditionOf(loop, condition, evaluation)) kept.push(element);
    }
    return kept;
  };
}

function mapped(compiler: Compiler, call: MethodCall, names: Names): Run {
  const loop = loopOf(compiler, call, names);
  const body = loop.bodies.at(-1);
  const condition = loop.bodies.length === 2 ? loop.bodies[0] : undefined;
  return (evaluation) => {
    const made: Value[] = [];
    for (const element of loop.elements(evaluation)) {
      spend(evaluation, loop.work);
      evaluation.variables[loop.place] = element;
      if (condition !== undefined && !conditionOf(loop, condition, evaluation)) continue;
      made.push(body === undefined ? null : body(evaluation));
    }
    return made;
  };
}

function existsOne(loop: Loop): Run {
  const [condition] = loop.bodies;
  return (evaluation) => {
    let found = 0;
    for (const element of loop.elements(evaluation)) {
      spend(evaluation, loop.work);
      evaluation.variables[loop.place] = element;
      if (conditionOf(loop, condition, evaluation)) found += 1;
    }
    return found === 1;
  };
}

/** `exists` ends at the first true, `all` at the first false; an element that fails counts only when no other one decides. */
function quantifier(loop: Loop, decisive: boolean): Run {
  const [condition] = loop.bodies;
  return (evaluation) => {
    let failure: ExpressionFailure | undefined;
    for (const element of loop.elements(evaluation)) {
      spend(evaluation, loop.work);
      evaluation.variables[loop.place] = element;
      try {
        if (conditionOf(loop, condition, evaluation) === decisive) return decisive;
      } catch (error) {
        if (!(error instanceof ExpressionFailure)) throw error;
        spend(evaluation, FAILURE_WORK);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}
