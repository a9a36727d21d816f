import type { ASTNode } from "@marcbachmann/cel-js";
import { LRUCache } from "lru-cache";
import { compileNode } from "./compile-node.ts";
import type { Compiler, Names, PlaceFeature } from "./compiler.ts";
import { ExpressionFailure, LimitExceeded, type Evaluation, type Run } from "../values/evaluation.ts";
import type { ExpressionProblem } from "../expression-problem.ts";
import { LIMITS } from "../limits.ts";
import { parseExpression, tooDeep } from "./parse-expression.ts";
import type { Scope } from "../scope.ts";
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
const EMPTY_SCOPE: Scope = { inputs: {}, step: () => undefined };

const cache = new LRUCache<string, CompiledExpression>({ max: LIMITS.cacheEntries });

/** Compiles an expression, or finds it compiled. */
export function compileExpression(source: string): CompiledExpression {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const { node, problem } = parseExpression(source);
  const compiled = problem === undefined ? compileParsed(node) : { problems: [problem], run: NOTHING, uses: [] };
  cache.set(source, compiled);
  return compiled;
}

/** The state of one evaluation, at its beginning. */
export function newEvaluation(scope: Scope): Evaluation {
  return { scope, variables: [], workLeft: LIMITS.work };
}

function compileParsed(node: ASTNode): CompiledExpression {
  const secret = secretOf(node);
  if (secret !== undefined) return { problems: [], node, run: NOTHING, secret, uses: [] };
  const { compiler, problems, uses, constants } = createCompiler();
  const run = compiler.compile(node, undefined);
  if (problems.length === 0) problems.push(...constants.flatMap(constantProblem));
  return problems.length === 0 ? { problems, node, run, uses } : { problems, run: NOTHING, uses };
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
    if (readCount === readsBefore) constants.splice(constantsBefore, Infinity, { node, run });
    return run;
  };
  const compiler: Compiler = {
    compile,
    problem: (node, problem) => {
      problems.push({ ...problem, range: rangeOf(node) });
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
    if (error instanceof ExpressionFailure) return [{ code: "always-fails", message: error.describe(), range: rangeOf(node) }];
    if (error instanceof LimitExceeded) return [{ code: "always-fails", message: error.message, range: rangeOf(node) }];
    throw error;
  }
}
