import { RE2JS } from "@bufbuild/re2";
import { LRUCache } from "lru-cache";
import { fail, spend, type Evaluation } from "./values/evaluation.ts";
import { LIMITS } from "./limits.ts";

/** RE2 runs in time linear in the text, so no pattern can hang it; what it does not offer is what would make that impossible. */
const compiled = new LRUCache<string, RE2JS>({ max: LIMITS.cacheEntries });

/** Whether the pattern matches anywhere in the text. @throws ExpressionFailure for a pattern that is not RE2 */
export function matchesPattern(text: string, pattern: string, evaluation: Evaluation): boolean {
  spend(evaluation, text.length);
  return (compiled.get(pattern) ?? compilePattern(pattern)).test(text);
}

/** What is wrong with a pattern, if anything. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LIMITS.patternLength) return `the regular expression has more than ${LIMITS.patternLength} characters`;
  try {
    compiled.set(pattern, RE2JS.compile(pattern));
    return undefined;
  } catch (error) {
    return `the regular expression is not valid: ${error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "it cannot be read"}`;
  }
}

function compilePattern(pattern: string): RE2JS {
  const problem = patternProblem(pattern);
  return problem === undefined ? (compiled.get(pattern) ?? RE2JS.compile(pattern)) : fail(problem);
}
