import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../base/nearest.ts";
import type { ExpressionFunction } from "../functions/function-call.ts";
import { findFunction, FUNCTION_REFERENCE } from "../functions/function-table.ts";
import { spend, type Run } from "../values/evaluation.ts";
import type { Value } from "../values/value.ts";
import { compileAccess } from "./compile-access.ts";
import { compileMacro } from "./compile-macro.ts";
import { compileOptional } from "./compile-optional.ts";
import { compileStatus } from "./compile-status.ts";
import { bindVariable, placeOf, type Compiler, type MethodCall, type Names, type PlainCall } from "./compiler.ts";

/** A call costs more than an operator; reading a timestamp, the slowest, takes half a microsecond. */
const CALL_WORK = 4;

/** Names that begin functions, as in `math.round(x)`. */
const NAMESPACES: readonly string[] = ["math", "optional", "cel"];

/** What people call who think of another language or of another orchestrator. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ["success", "succeeded('step')"],
  ["failure", "failed('step')"],
  ["cancelled", "skipped('step')"],
  ["toJSON", "json(value)"],
  ["toJson", "json(value)"],
  ["stringify", "json(value)"],
  ["fromJSON", "parseJson(text)"],
  ["fromJson", "parseJson(text)"],
  ["length", "size(value)"],
  ["len", "size(value)"],
  ["count", "size(value)"],
  ["includes", "text.contains(part) or element in list"],
  ["toLowerCase", "text.lowerAscii()"],
  ["toUpperCase", "text.upperAscii()"],
  ["lower", "text.lowerAscii()"],
  ["upper", "text.upperAscii()"],
  ["round", "math.round(number)"],
  ["floor", "math.floor(number)"],
  ["ceil", "math.ceil(number)"],
  ["abs", "math.abs(number)"],
  ["min", "math.least(numbers)"],
  ["max", "math.greatest(numbers)"],
  ["find", "list.filter(x, condition)"],
  ["some", "list.exists(x, condition)"],
  ["any", "list.exists(x, condition)"],
  ["every", "list.all(x, condition)"],
  ["keys", "object.map(key, key)"],
  ["values", "object.map(key, object[key])"],
  ["default", "value.?key.orValue(default)"],
]);

/** Compiles `name(...)`: a status function, `has`, or a function of the table. */
export function compileCall(compiler: Compiler, call: PlainCall, names: Names): Run {
  const status = compileStatus(compiler, call);
  if (status !== undefined) return status;
  if (call.name === "has") return compileHas(compiler, call, names);
  const found = findFunction(call.name);
  if (found === undefined) return unknownFunction(compiler, call.node, call.name);
  if (found.form === "method")
    return compiler.problem(call.node, {
      code: "unknown-function",
      message: `"${call.name}" stands after a value: write ${found.usage}`,
    });
  return tableCall(compiler, { ...call, found }, names);
}

/** Compiles `receiver.name(...)`: a function with a namespace, a macro, or a method of the table. */
export function compileMethod(compiler: Compiler, call: MethodCall, names: Names): Run {
  if (call.receiver.op === "id" && NAMESPACES.includes(call.receiver.args) && placeOf(call.receiver.args, names) === undefined) {
    return compileQualified(compiler, { node: call.node, name: `${call.receiver.args}.${call.name}`, arguments: call.arguments }, names);
  }
  const special = compileMacro(compiler, call, names) ?? compileOptional(compiler, call, names);
  if (special !== undefined) return special;
  const found = findFunction(call.name);
  if (found === undefined) return unknownFunction(compiler, call.node, call.name);
  if (found.form === "function")
    return compiler.problem(call.node, { code: "unknown-function", message: `"${call.name}" is no method: write ${found.usage}` });
  return tableCall(compiler, { node: call.node, name: call.name, arguments: [call.receiver, ...call.arguments], found }, names);
}

function compileQualified(compiler: Compiler, call: PlainCall, names: Names): Run {
  if (call.name === "cel.bind") return compileBind(compiler, call, names);
  const found = findFunction(call.name);
  return found === undefined ? unknownFunction(compiler, call.node, call.name) : tableCall(compiler, { ...call, found }, names);
}

function compileHas(compiler: Compiler, call: PlainCall, names: Names): Run {
  const [operand] = call.arguments;
  const run = operand === undefined || call.arguments.length > 1 ? undefined : compileAccess(compiler, operand, names, true);
  return run ?? compiler.problem(call.node, { code: "wrong-arguments", message: "has() needs one key of a value, as in has(inputs.note)" });
}

function compileBind(compiler: Compiler, call: PlainCall, names: Names): Run {
  const [variable, value, body] = call.arguments;
  if (variable === undefined || value === undefined || body === undefined || call.arguments.length > 3) {
    return compiler.problem(call.node, { code: "wrong-arguments", message: "cel.bind() needs a name, a value and a body" });
  }
  const given = compiler.compile(value, names);
  const binding = bindVariable(compiler, variable, names);
  const run = compiler.compile(body, binding?.names ?? names);
  return (evaluation) => {
    evaluation.variables[binding?.place ?? 0] = given(evaluation);
    return run(evaluation);
  };
}

function tableCall(compiler: Compiler, call: PlainCall & { readonly found: ExpressionFunction }, names: Names): Run {
  const { found, name } = call;
  const [least, most] = found.arity;
  if (call.arguments.length < least || call.arguments.length > most) {
    return compiler.problem(call.node, { code: "wrong-arguments", message: `${name}() is not called so: write ${found.usage}` });
  }
  const wrong = found.checkLiterals?.(call.arguments.map(literalOf));
  if (wrong !== undefined) return compiler.problem(call.node, { code: "wrong-arguments", message: wrong });
  const parts = call.arguments.map((argument) => compiler.compile(argument, names));
  const method = call.node.op === "rcall" && !name.includes(".");
  return (evaluation) => {
    spend(evaluation, CALL_WORK);
    return found.run({ name, method, arguments: parts.map((part) => part(evaluation)), evaluation });
  };
}

function literalOf(node: ASTNode): Value | undefined {
  return node.op === "value" && (node.args === null || typeof node.args !== "object") ? node.args : undefined;
}

function unknownFunction(compiler: Compiler, node: ASTNode, name: string): Run {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const foreign = FOREIGN.get(short);
  if (foreign !== undefined) {
    return compiler.problem(node, {
      code: "unknown-function",
      message: `unknown function "${name}": write ${foreign}`,
      suggestion: foreign,
    });
  }
  const meant = nearest(
    name,
    FUNCTION_REFERENCE.map((entry) => entry.name),
  );
  const message = `unknown function "${name}"${meant === undefined ? "" : ` - did you mean "${meant}"?`}`;
  return compiler.problem(node, { code: "unknown-function", message, ...(meant !== undefined && { suggestion: meant }) });
}
