import type { Run } from "../values/evaluation.ts";
import { viewOf } from "./compile-step.ts";
import type { Compiler, PlainCall } from "./compiler.ts";

/** Tests of how a step ended, for `if`. */
const TESTS: ReadonlyMap<string, (status: string) => boolean> = new Map<string, (status: string) => boolean>([
  ["succeeded", (status) => status === "completed"],
  ["failed", (status) => status === "failed"],
  ["skipped", (status) => status === "skipped" || status === "cancelled" || status === "pending"],
]);

/** Compiles `succeeded('x')`, `failed('x')`, `skipped('x')` and `always()`. Undefined when the call is none of them. */
export function compileStatus(compiler: Compiler, call: PlainCall): Run | undefined {
  const test = TESTS.get(call.name);
  if (test === undefined && call.name !== "always") return undefined;
  compiler.use(call.node, "status");
  const step = stepArgument(call);
  if (test === undefined) {
    return call.arguments.length === 0
      ? () => true
      : compiler.problem(call.node, { code: "wrong-arguments", message: "always() is called with nothing in its parentheses" });
  }
  if (step === undefined) {
    const message = `${call.name}() needs the id of one step in quotes, as in ${call.name}('charge')`;
    return compiler.problem(call.node, { code: "wrong-arguments", message });
  }
  return (evaluation) => test(viewOf(evaluation, step).status);
}

/** The step that a status function names. */
function stepArgument(call: PlainCall): string | undefined {
  const [argument] = call.arguments;
  return call.arguments.length === 1 && argument?.op === "value" && typeof argument.args === "string" ? argument.args : undefined;
}
