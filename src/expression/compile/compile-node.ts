import type { ASTNode } from "@marcbachmann/cel-js";
import { fail, type Run } from "../values/evaluation.ts";
import { describeKind, type Value } from "../values/value.ts";
import { compileAccess } from "./compile-access.ts";
import { compileCall, compileMethod } from "./compile-call.ts";
import { compileName } from "./compile-name.ts";
import { compileOperator } from "./compile-operator.ts";
import type { Compiler, Names } from "./compiler.ts";

/** Compiles one node, its parts through the compiler. */
export function compileNode(compiler: Compiler, node: ASTNode, names: Names): Run {
  switch (node.op) {
    case "value":
      return compileLiteral(compiler, node);
    case "id":
      return compileName(compiler, node, names);
    case "call":
      return compileCall(compiler, { node, name: node.args[0], arguments: node.args[1] }, names);
    case "rcall":
      return compileMethod(compiler, { node, name: node.args[0], receiver: node.args[1], arguments: node.args[2] }, names);
    case "list":
      return compileList(node.args.map((element) => compiler.compile(element, names)));
    case "map":
      return compileMap(compiler, node.args, names);
    default:
      return compileAccess(compiler, node, names) ?? compileOperator(compiler, node, names);
  }
}

function compileLiteral(compiler: Compiler, node: ASTNode & { readonly op: "value" }): Run {
  const literal = node.args;
  if (literal === null || typeof literal !== "object") {
    if (typeof literal === "bigint" && literal > 2n ** 63n - 1n) {
      return compiler.problem(node, { code: "always-fails", message: "the whole number does not fit into 64 bits" });
    }
    return () => literal;
  }
  const message =
    literal instanceof Uint8Array
      ? "bytes are not part of the language: write a string"
      : "unsigned numbers are not part of the language: leave out the u";
  return compiler.problem(node, { code: "unsupported", message });
}

function compileList(elements: readonly Run[]): Run {
  return (evaluation) => elements.map((element) => element(evaluation));
}

function compileMap(compiler: Compiler, entries: readonly (readonly [ASTNode, ASTNode])[], names: Names): Run {
  const literalKeys = new Set<unknown>();
  const compiled = entries.map(([key, value]) => {
    if (key.op === "value" && typeof key.args !== "string") {
      compiler.problem(key, { code: "wrong-arguments", message: "the keys of an object are strings" });
    }
    if (key.op === "value" && literalKeys.has(key.args)) {
      compiler.problem(key, { code: "wrong-arguments", message: "the key is there twice" });
    }
    if (key.op === "value") literalKeys.add(key.args);
    return { key: compiler.compile(key, names), value: compiler.compile(value, names) };
  });
  return (evaluation) => {
    const made: Record<string, Value> = {};
    for (const entry of compiled) {
      const key = entry.key(evaluation);
      if (typeof key !== "string") return fail(`the keys of an object are strings, not ${describeKind(key)}`);
      // Assigning to it would replace the prototype.
      if (key === "__proto__") return fail('an object cannot have the key "__proto__"');
      if (Object.hasOwn(made, key)) return fail("an object has the same key twice");
      made[key] = entry.value(evaluation);
    }
    return made;
  };
}
