import { fail, type Evaluation, type Run } from "../values/evaluation.ts";
import { describeKind, Optional, type Value } from "../values/value.ts";
import { bindVariable, type Compiler, type MethodCall, type Names } from "./compiler.ts";

/** Compiles `or`, `orValue` and `optMap`, whose arguments are only evaluated when they are needed. */
export function compileOptional(compiler: Compiler, call: MethodCall, names: Names): Run | undefined {
  const [first, second] = call.arguments;
  if (first === undefined) return undefined;
  const receiver = (): ((evaluation: Evaluation) => Optional) => {
    const run = compiler.compile(call.receiver, names);
    return (evaluation) => optionalOf(call.name, run(evaluation));
  };
  if (call.name === "optMap" && second !== undefined) {
    const optional = receiver();
    const binding = bindVariable(compiler, first, names);
    if (binding === undefined) return compiler.problem(first, { code: "wrong-arguments", message: "optMap() needs a name and a value" });
    const body = compiler.compile(second, binding.names);
    return (evaluation) => {
      const { value } = optional(evaluation);
      if (value === undefined) return new Optional(undefined);
      evaluation.variables[binding.place] = value;
      return new Optional(body(evaluation));
    };
  }
  if (second !== undefined || (call.name !== "orValue" && call.name !== "or")) return undefined;
  const optional = receiver();
  const other = compiler.compile(first, names);
  if (call.name === "orValue") {
    return (evaluation) => {
      const { value } = optional(evaluation);
      return value === undefined ? other(evaluation) : value;
    };
  }
  return (evaluation) => {
    const found = optional(evaluation);
    return found.value === undefined ? optionalOf("or", other(evaluation)) : found;
  };
}

function optionalOf(name: string, value: Value): Optional {
  return value instanceof Optional ? value : fail(`${name}() works on an optional, such as value.?key, not on ${describeKind(value)}`);
}
