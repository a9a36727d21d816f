import { RE2JS } from "@bufbuild/re2";
import { LRUCache } from "lru-cache";
import { LIMITS } from "./limits.ts";
import { fail, spend, type Evaluation } from "./values/evaluation.ts";

/** A pattern that was compiled, or why it cannot be. */
type Compiled = { readonly expression: RE2JS; readonly instructions: number } | { readonly problem: string };

const cache = new LRUCache<string, Compiled>({ max: LIMITS.cachePatterns });

/**
 * Whether the pattern matches anywhere in the text, in time proportional to the product of their sizes: RE2 never backtracks.
 *
 * @throws ExpressionFailure for a pattern that is not RE2, without showing it, because it is data here
 */
export function matchesPattern(text: string, pattern: string, evaluation: Evaluation): boolean {
  // Making a program of a large pattern takes up to 100 ms, which an expression that makes its patterns could ask for often.
  if (!cache.has(pattern)) spend(evaluation, 1_000 * Math.min(pattern.length, LIMITS.patternLength));
  const compiled = compilePattern(pattern);
  if ("problem" in compiled) return fail("the regular expression is not valid RE2 (no look-around, no back-references)");
  spend(evaluation, 20 + Math.ceil((text.length * compiled.instructions) / 2));
  return compiled.expression.test(text);
}

/** What is wrong with a pattern, if anything. */
export function patternProblem(pattern: string): string | undefined {
  const compiled = compilePattern(pattern);
  return "problem" in compiled ? compiled.problem : undefined;
}

function compilePattern(pattern: string): Compiled {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const compiled = compile(pattern);
  if (pattern.length <= LIMITS.patternLength) cache.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): Compiled {
  if (pattern.length > LIMITS.patternLength) {
    return { problem: `the regular expression has more than ${LIMITS.patternLength} characters` };
  }
  try {
    const expression = RE2JS.compile(pattern);
    const instructions = expression.re2().prog.numInst();
    if (instructions <= LIMITS.patternInstructions) return { expression, instructions };
    return { problem: "the regular expression is too large: use smaller numbers of repetitions" };
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "it cannot be read";
    return { problem: `the regular expression is not valid RE2: ${words}` };
  }
}
