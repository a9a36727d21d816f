import type { ASTNode } from "@marcbachmann/cel-js";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { Path } from "../model/problem.ts";
import type { Expression, Template } from "../model/workflow.ts";
import { compileExpression } from "./compile/compile-expression.ts";
import { accessOf, childrenOf, isRoot, type Access } from "./compile/syntax-tree.ts";
import { scanTemplate, wholeExpression } from "./scan-template.ts";

/** Where something stands in a source, in UTF-16 units. */
export interface SourcePlace {
  readonly offset: number;
  readonly length: number;
}

/** One read of a step: `steps.x`, `steps.x.status`, `steps.x.output.total`. */
export interface StepReference extends SourcePlace {
  readonly step: string;
  /** What is read of it; undefined for the step as a whole. */
  readonly part?: "output" | "status" | "error";
  /** The keys after `output` that are written out, up to the first that is computed. Undefined when `output` is not read. */
  readonly path?: Path;
  /** Whether the step may have no such part: it is read with `.?output`, or only asked for with `has(steps.x.output)`. */
  readonly optional: boolean;
  /** Whether a key of the path may be missing, for the same reasons. */
  readonly optionalKeys: boolean;
}

/** One read of an input. */
export interface InputReference extends SourcePlace {
  readonly name: string;
  /** The keys after the name that are written out. */
  readonly path: Path;
  /** Whether the input, or a key of the path, may be missing: it is read with `.?`, or only asked for with `has()`. */
  readonly optional: boolean;
}

/** One use of a status function. */
export interface StatusReference extends SourcePlace {
  readonly name: "succeeded" | "failed" | "skipped";
  readonly step: string;
}

/** Everything that an expression refers to. Offsets and lengths are those of the text that names it. */
export interface References {
  readonly steps: readonly StepReference[];
  readonly inputs: readonly InputReference[];
  readonly secrets: readonly string[];
  readonly statusFunctions: readonly StatusReference[];
  /** Whether `always()` is called. */
  readonly always: boolean;
  /** Whether the expression is one such read and nothing else, so that its type is that of what it reads. */
  readonly plain: boolean;
}

/** The references of one expression in a template. */
export interface TemplateReference {
  /** The string that it stands in. */
  readonly path: Path;
  readonly references: References;
  /** Where the expression begins in the string. */
  readonly offset: number;
  /** Whether the string is this expression and nothing else. */
  readonly whole: boolean;
}

const NONE: References = { steps: [], inputs: [], secrets: [], statusFunctions: [], always: false, plain: false };

/** What an expression refers to; nothing when it has a problem, see `checkExpression`. */
export function expressionReferences(source: Expression): References {
  const { node, secret } = compileExpression(source);
  if (secret !== undefined) return { ...NONE, secrets: [secret] };
  if (node === undefined) return NONE;
  const kept = known.get(node);
  if (kept !== undefined) return kept;
  const references = collect(node);
  known.set(node, references);
  return references;
}

/** Planning asks for the references of each expression several times. They live as long as the compiled expression. */
const known = new WeakMap<ASTNode, References>();

/** What the expressions of a template refer to, in the order of the template. */
export function templateReferences(template: Template): readonly TemplateReference[] {
  const found: TemplateReference[] = [];
  const visit = (value: Json, path: Path): void => {
    if (typeof value === "string") found.push(...stringReferences(value, path));
    else if (isJsonArray(value)) value.forEach((element, place) => visit(element, [...path, place]));
    else if (isJsonObject(value)) for (const [key, element] of Object.entries(value)) visit(element, [...path, key]);
  };
  visit(template, []);
  return found;
}

function stringReferences(text: string, path: Path): readonly TemplateReference[] {
  const segments = scanTemplate(text);
  const whole = wholeExpression(segments) !== undefined;
  return segments.flatMap((segment) =>
    segment.kind === "expression" ? [{ path, references: expressionReferences(segment.source), offset: segment.offset, whole }] : [],
  );
}

interface Collected {
  readonly steps: StepReference[];
  readonly inputs: InputReference[];
  readonly statusFunctions: StatusReference[];
  always: boolean;
}

function collect(root: ASTNode): References {
  const collected: Collected = { steps: [], inputs: [], statusFunctions: [], always: false };
  visit(root, collected, false);
  const [read] = [...collected.steps, ...collected.inputs];
  const plain = accessOf(root) !== undefined && read !== undefined && read.offset === root.start && read.length === root.end - root.start;
  return { ...collected, secrets: [], plain };
}

function visit(node: ASTNode, collected: Collected, has: boolean): void {
  const chain = chainOf(node);
  if (chain !== undefined) noteChain(chain, collected, has);
  if (node.op === "call") noteCall(node, collected);
  // The keys of a chain are noted; what they are computed from is still to be visited.
  const parts = chain === undefined ? childrenOf(node) : chain.computed;
  for (const part of parts) visit(part, collected, node.op === "call" && node.args[0] === "has");
}

/** A chain of accesses that begins with a root: `steps.x.output.items[i].name`. */
interface Chain {
  readonly root: "steps" | "inputs";
  /** From the root outwards. */
  readonly links: readonly { readonly access: Access; readonly node: ASTNode }[];
  readonly computed: readonly ASTNode[];
}

function chainOf(node: ASTNode): Chain | undefined {
  const links: { access: Access; node: ASTNode }[] = [];
  let current = node;
  for (let access = accessOf(current); access !== undefined; access = accessOf(current)) {
    links.unshift({ access, node: current });
    current = access.base;
  }
  const root = (["steps", "inputs"] as const).find((name) => isRoot(current, name));
  if (root === undefined || links.length === 0) return undefined;
  return { root, links, computed: links.flatMap(({ access }) => access.keyNode ?? []) };
}

/** Notes what a chain reads, up to its first computed key. */
function noteChain(chain: Chain, collected: Collected, has: boolean): void {
  const firstComputed = chain.links.findIndex(({ access }) => access.key === undefined);
  const links = firstComputed < 0 ? chain.links : chain.links.slice(0, firstComputed);
  const [first, second] = links;
  const last = links.at(-1);
  if (first === undefined || last === undefined) return;
  const keys = links.map(({ access }) => access.key ?? "");
  const place = { offset: first.node.start, length: last.node.end - first.node.start };
  // `has()` asks for the last key of the whole chain; the keys before it must be there.
  const optionalFrom = chain.links.findIndex(({ access }) => access.optional);
  const lenientFrom = optionalFrom < 0 && has ? chain.links.length - 1 : optionalFrom;
  const optional = lenientFrom >= 0;
  if (chain.root === "inputs") {
    collected.inputs.push({ name: String(keys[0]), path: keys.slice(1), optional, ...place });
    return;
  }
  const part = (["output", "status", "error"] as const).find((name) => name === second?.access.key);
  collected.steps.push({
    step: String(keys[0]),
    ...(part !== undefined && { part }),
    ...(part === "output" && { path: keys.slice(2) }),
    optional: optional && lenientFrom <= 1,
    optionalKeys: optional && keys.length > 2,
    ...place,
  });
}

function noteCall(node: ASTNode & { readonly op: "call" }, collected: Collected): void {
  const [name, [argument]] = node.args;
  if (name === "always") collected.always = true;
  const status = (["succeeded", "failed", "skipped"] as const).find((candidate) => candidate === name);
  if (status === undefined || argument?.op !== "value" || typeof argument.args !== "string") return;
  collected.statusFunctions.push({ name: status, step: argument.args, offset: argument.start, length: argument.end - argument.start });
}
