import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../base/nearest.ts";
import { TYPE_NAMES } from "../functions/general-functions.ts";
import { fail, type Run } from "../values/evaluation.ts";
import { placeOf, type Compiler, type Names } from "./compiler.ts";

const ROOTS = ["inputs", "steps", "item", "index", "output", "execution", "secrets"] as const;

/** The longest key that is recognised as one with dashes, with what stands before it. */
const KEY_LENGTH = 200;

/** Compiles a name that stands alone: a macro variable, a root, or a type. */
export function compileName(compiler: Compiler, node: ASTNode & { readonly op: "id" }, names: Names): Run {
  const name = node.args;
  const place = placeOf(name, names);
  if (place !== undefined) {
    compiler.reads();
    return (evaluation) => evaluation.variables[place] ?? null;
  }
  const root = ROOTS.find((candidate) => candidate === name);
  if (root !== undefined) return compileRoot(compiler, node, root);
  const type = TYPE_NAMES.get(name);
  return type === undefined ? unknownName(compiler, node, names) : () => type;
}

function compileRoot(compiler: Compiler, node: ASTNode, root: (typeof ROOTS)[number]): Run {
  compiler.reads();
  switch (root) {
    case "inputs":
      return (evaluation) => evaluation.scope.inputs;
    case "execution":
      return (evaluation) => evaluation.scope.execution ?? fail("nothing is known of the execution here");
    case "item":
      compiler.use(node, "item");
      return (evaluation) =>
        evaluation.scope.item ?? (evaluation.scope.item === null ? null : fail('"item" is only there on a step with "for_each"'));
    case "index":
      compiler.use(node, "item");
      return (evaluation) => BigInt(evaluation.scope.index ?? fail('"index" is only there on a step with "for_each"'));
    case "output":
      compiler.use(node, "output");
      return (evaluation) => evaluation.scope.output ?? (evaluation.scope.output === null ? null : fail('"output" is not there'));
    case "steps":
      return compiler.problem(node, {
        code: "dynamic-step",
        message: 'a step must be named in the expression, as in steps.charge or steps["my-step"]',
      });
    case "secrets":
      return compiler.problem(node, { code: "wrong-place", message: "a secret must be named, as in ${{ secrets.NAME }}" });
  }
}

function unknownName(compiler: Compiler, node: ASTNode & { readonly op: "id" }, names: Names): Run {
  const known: string[] = [...ROOTS];
  for (let scope = names; scope !== undefined; scope = scope.outer) known.push(scope.name);
  const dashed = dashedKey(node);
  if (dashed !== undefined) {
    const message = `unknown name "${node.args}" - a dash means minus here: write ${dashed} if the dash is part of a key`;
    return compiler.problem(node, { code: "unknown-name", message, suggestion: dashed });
  }
  const meant = node.args.length > 2 ? nearest(node.args, known) : undefined; // Any two names of one letter are near.
  const message = `unknown name "${node.args}" - ${meant === undefined ? `there are ${known.join(", ")}; text stands in quotes` : `did you mean "${meant}"?`}`;
  return compiler.problem(node, { code: "unknown-name", message, ...(meant !== undefined && { suggestion: meant }) });
}

/** `inputs.order-id` reads as `inputs.order - id`: when a dash stands directly before the name, the key with the dash was meant. */
function dashedKey(node: ASTNode): string | undefined {
  if (node.input[node.start - 1] !== "-") return undefined;
  // Only what is near is looked at: the pattern takes time that grows with the square of the length.
  const before = /([\w.]*)\.(\w+(?:-\w+)*-)$/.exec(node.input.slice(Math.max(0, node.start - KEY_LENGTH), node.start));
  const rest = /^\w+(?:-\w+)*/.exec(node.input.slice(node.start, node.start + KEY_LENGTH));
  return before === null || rest === null ? undefined : `${before[1]}[${JSON.stringify((before[2] ?? "") + rest[0])}]`;
}
