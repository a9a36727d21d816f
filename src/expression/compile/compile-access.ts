import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../base/nearest.ts";
import { ExpressionFailure, type Run } from "../values/evaluation.ts";
import { describeKind, isList, isMap, Optional, type Value, type ValueMap } from "../values/value.ts";
import { compileStep, compileStepPart, type AccessMode } from "./compile-step.ts";
import { placeOf, type Compiler, type Names } from "./compiler.ts";
import { accessOf, isRoot, sourceOf, stepNameOf, type Access } from "./syntax-tree.ts";

/** Beyond these limits no key is suggested: comparing them would cost more than the evaluation. */
const COMPARED = { keys: 500, keyLength: 100 } as const;

const MIXED_SECRET = 'a secret can only be used alone, as ${{ secrets.NAME }}, inside of "with"';

const EXECUTION_KEYS: readonly string[] = ["id", "workflow_id", "started_at", "outcome"];

/** Compiles `a.b`, `a[b]`, `a.?b` and `a[?b]`, or `has()` of one of them. Undefined when the node is something else. */
export function compileAccess(compiler: Compiler, node: ASTNode, names: Names, has = false): Run | undefined {
  const access = accessOf(node);
  if (access === undefined) return undefined;
  const mode = modeOf(access, has);
  const step = stepNameOf(access.base);
  if (step !== undefined) return compileStepPart(compiler, node, { access, step, mode });
  if (isRoot(access.base, "steps")) return compileStep(compiler, node, access);
  if (access.key === "__proto__") return compiler.problem(node, { code: "unknown-key", message: '"__proto__" cannot be read' });
  if (isRoot(access.base, "secrets")) return compiler.problem(node, { code: "wrong-place", message: MIXED_SECRET });
  if (isRoot(access.base, "execution") && placeOf("execution", names) === undefined) checkExecutionKey(compiler, node, access);
  return compileRead(compiler, { access, mode }, names);
}

function modeOf(access: Access, has: boolean): AccessMode {
  if (has) return "has";
  return access.optional ? "optional" : "required";
}

function compileRead(compiler: Compiler, { access, mode }: { readonly access: Access; readonly mode: AccessMode }, names: Names): Run {
  const base = compiler.compile(access.base, names);
  const key = access.keyNode === undefined ? constant(access.key ?? "") : compiler.compile(access.keyNode, names);
  switch (mode) {
    case "has":
      return (evaluation) => asOptional(lookUp(base(evaluation), key(evaluation))).value !== undefined;
    case "optional":
      return (evaluation) => asOptional(lookUp(base(evaluation), key(evaluation)));
    case "required":
      return (evaluation) => {
        const from = base(evaluation);
        const used = key(evaluation);
        const found = lookUp(from, used);
        if (found === undefined) throw new ExpressionFailure(() => missing(access, from, used));
        return found;
      };
  }
}

function checkExecutionKey(compiler: Compiler, node: ASTNode, access: Access): void {
  if (access.key === "outcome") compiler.use(node, "outcome");
  if (typeof access.key !== "string" || EXECUTION_KEYS.includes(access.key)) return;
  const meant = nearest(access.key, EXECUTION_KEYS);
  const message = `an execution has ${EXECUTION_KEYS.join(", ")}, not "${access.key}"${meant === undefined ? "" : ` - did you mean "${meant}"?`}`;
  compiler.problem(node, { code: "unknown-key", message, ...(meant !== undefined && { suggestion: meant }) });
}

function constant(value: Value): Run {
  return () => value;
}

function asOptional(found: Value | undefined): Optional {
  return found instanceof Optional ? found : new Optional(found);
}

/** The value under a key: undefined when there is none. Only own keys count. Looking into an optional gives an optional. */
function lookUp(container: Value, key: Value): Value | undefined {
  if (typeof container !== "object" || container === null) return undefined;
  if (isList(container)) return typeof key === "number" || typeof key === "bigint" ? container[Number(key)] : undefined;
  if (container instanceof Optional) {
    return container.value === undefined ? container : asOptional(lookUp(container.value, key));
  }
  if (typeof key !== "string" || key === "__proto__" || !isMap(container)) return undefined;
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** Says why a key is not there. A key that the expression computes is data, and is not shown. */
function missing(access: Access, from: Value, key: Value): string {
  const base = sourceOf(access.base);
  const computed = access.keyNode;
  const named = computed === undefined ? JSON.stringify(access.key) : `with the value of ${sourceOf(computed)}`;
  if (isList(from)) {
    const place = computed === undefined ? access.key : sourceOf(computed);
    if (typeof key !== "string") return `${base} has ${from.length} elements, so there is none at [${place}]`;
    return `${base} is a list and has no key ${named}: use a number, or ${base}.map(item, item.${computed === undefined ? place : "key"})`;
  }
  if (!isMap(from)) return `${base} is ${describeKind(from)}, so it has no key ${named}`;
  const subject = isRoot(access.base, "inputs") ? `there is no input ${named}` : `${base} has no key ${named}`;
  const meant = computed === undefined ? meantKey(from, String(access.key)) : undefined;
  return meant === undefined ? subject : `${subject} - did you mean "${meant}"?`;
}

function meantKey(from: ValueMap, key: string): string | undefined {
  const keys = Object.keys(from);
  return keys.length <= COMPARED.keys && key.length <= COMPARED.keyLength ? nearest(key, keys) : undefined;
}
