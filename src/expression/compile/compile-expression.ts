import type { ASTNode } from "@marcbachmann/cel-js";
import { LRUCache } from "lru-cache";
import type { ExpressionProblem } from "../expression-problem.ts";
import { LIMITS } from "../limits.ts";
import type { Scope } from "../scope.ts";
import { reasonOf, type Evaluation, type Run } from "../values/evaluation.ts";
import { compileNode } from "./compile-node.ts";
import type { Compiler, Names, PlaceFeature } from "./compiler.ts";
import { parseExpression, tooDeep } from "./parse-expression.ts";
import { accessOf, isRoot } from "./syntax-tree.ts";

/** An expression that is ready to be evaluated any number of times, or the problems that forbid it. */
export interface CompiledExpression {
  /** Those that hold wherever the expression stands. Nothing may be run when there is one. */
  readonly problems: readonly ExpressionProblem[];
  /** Present when there is no problem. */
  readonly node?: ASTNode;
  readonly run: Run;
  /** Set when the expression is `secrets.NAME` and nothing else. */
  readonly secret?: string;
  /** Whether it only reads what the scope has, so that its value is JSON already, however large it is. */
  readonly verbatim: boolean;
  /** Where the expression uses something that only some places of a workflow have. */
  readonly uses: readonly Use[];
}

/** One use of something that only some places of a workflow have. */
export interface Use {
  readonly feature: PlaceFeature;
  /** As it is written. */
  readonly text: string;
  readonly range: { readonly offset: number; readonly length: number };
}

const NOTHING: Run = () => null;
const JSON_ROOTS: readonly string[] = ["inputs", "steps", "item", "output", "execution"];

/** More of them in one expression help nobody. */
const PROBLEMS_KEPT = 10;

const EMPTY_SCOPE: Scope = { inputs: {}, step: () => undefined };

const cache = new LRUCache<string, CompiledExpression>({
  max: LIMITS.cacheEntries,
  maxSize: LIMITS.cacheCharacters,
  sizeCalculation: (_compiled, source) => source.length + 1,
});

/** Compiles an expression, or finds it compiled. */
export function compileExpression(source: string): CompiledExpression {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const { node, problem } = parseExpression(source);
  const compiled = problem === undefined ? compileParsed(node) : refused([problem], source);
  cache.set(source, compiled);
  return compiled;
}

/** The state of one evaluation, at its beginning. */
export function newEvaluation(scope: Scope): Evaluation {
  return { scope, variables: [], workLeft: LIMITS.work };
}

function compileParsed(node: ASTNode): CompiledExpression {
  const secret = secretOf(node);
  if (secret !== undefined) return { problems: [], node, run: NOTHING, secret, verbatim: false, uses: [] };
  const { compiler, problems, uses, constants } = createCompiler();
  const run = compiler.compile(node, undefined);
  if (problems.length === 0) problems.push(...constants.flatMap(constantProblem));
  return problems.length === 0 ? { problems, node, run, verbatim: isVerbatim(node), uses } : refused(problems, node.input);
}

function refused(problems: readonly ExpressionProblem[], source: string): CompiledExpression {
  const dashed = dashedStep(source);
  return { problems: dashed === undefined ? problems : [dashed], run: NOTHING, verbatim: false, uses: [] };
}

/** `steps.my-step.output` reads as `steps.my - step.output`, and `steps.2nd.output` as nothing at all; what comes of it is no help. */
function dashedStep(source: string): ExpressionProblem | undefined {
  const found = /\bsteps\.\??((?:\d[\w-]*|\w+-[\w-]*))\.\??(?:output|status|error)\b/.exec(source);
  if (found === null) return undefined;
  const suggestion = `steps[${JSON.stringify(found[1])}]`;
  const message = `an id with a dash, or with a digit at its beginning, stands in brackets: write ${suggestion}`;
  const length = found[0].lastIndexOf(".");
  return { code: "unknown-name", message, range: { offset: found.index, length }, suggestion };
}

/** Whether a node is a chain of required keys from a root that holds JSON. */
function isVerbatim(node: ASTNode): boolean {
  const access = accessOf(node);
  if (access !== undefined) return !access.optional && isVerbatim(access.base);
  return node.op === "id" && JSON_ROOTS.includes(node.args);
}

/** The name in `secrets.NAME` or `secrets["NAME"]`, if the node is just that. */
function secretOf(node: ASTNode): string | undefined {
  const access = accessOf(node);
  return access !== undefined && isRoot(access.base, "secrets") && typeof access.key === "string" && !access.optional
    ? access.key
    : undefined;
}

/** A part whose value does not depend on the scope. */
interface Constant {
  readonly node: ASTNode;
  readonly run: Run;
}

interface Compilation {
  readonly compiler: Compiler;
  readonly problems: ExpressionProblem[];
  readonly uses: Use[];
  /** The largest such parts. */
  readonly constants: Constant[];
}

function createCompiler(): Compilation {
  const problems: ExpressionProblem[] = [];
  const uses: Use[] = [];
  const constants: Constant[] = [];
  let depth = 0;
  let places = 0;
  let readCount = 0;
  const compile = (node: ASTNode, names: Names): Run => {
    if (depth === LIMITS.depth) {
      if (!problems.some((problem) => problem.code === "expression-too-deep")) problems.push(tooDeep());
      return NOTHING;
    }
    const readsBefore = readCount;
    const constantsBefore = constants.length;
    depth += 1;
    const run = compileNode(compiler, node, names);
    depth -= 1;
    if (readCount === readsBefore && node.op !== "value") constants.splice(constantsBefore, Infinity, { node, run });
    return run;
  };
  const compiler: Compiler = {
    compile,
    problem: (node, problem) => {
      if (problems.length < PROBLEMS_KEPT) problems.push({ ...problem, range: rangeOf(node) });
      return NOTHING;
    },
    use: (node, feature) => {
      readCount += 1;
      uses.push({ feature, text: node.input.slice(node.start, node.end), range: rangeOf(node) });
    },
    reads: () => {
      readCount += 1;
    },
    newPlace: () => places++,
  };
  return { compiler, problems, uses, constants };
}

function rangeOf(node: ASTNode): { readonly offset: number; readonly length: number } {
  return { offset: node.start, length: Math.max(1, node.end - node.start) };
}

/** What fails without any data fails always, so it is told before anything runs: `1 + "a"`, `timestamp("noon")`. */
function constantProblem({ node, run }: Constant): readonly ExpressionProblem[] {
  try {
    run(newEvaluation(EMPTY_SCOPE));
    return [];
  } catch (error) {
    return [{ code: "always-fails", message: reasonOf(error), range: rangeOf(node) }];
  }
}
