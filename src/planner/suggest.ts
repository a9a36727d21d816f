import { nearest } from "../base/nearest.ts";
import type { Problem } from "../model/problem.ts";

/** Words that are known, of which one may have been meant. */
export type Suggest = (word: string) => string | undefined;

/** Comparing a word with all others is slow when there are 10,000, and nobody reads that many suggestions. */
const LOOKUPS_MAX = 100;

/** Finds what was meant among the candidates; each word is looked for once, and at most 100 words in all. */
export function suggestAmong(candidates: () => Iterable<string>): Suggest {
  const found = new Map<string, string | undefined>();
  return (word) => {
    if (!found.has(word) && found.size < LOOKUPS_MAX) found.set(word, nearest(word, candidates()));
    return found.get(word);
  };
}

/** A problem about a name that is not known: `unknown step "chrge" - did you mean "charge"?` */
export function unknownName(
  kind: "step" | "input" | "server" | "tool" | "workflow",
  word: string,
  place: Pick<Problem, "path" | "range"> & { readonly suggestion: string | undefined },
): Problem {
  const { path, range, suggestion } = place;
  return {
    code: `unknown-${kind}`,
    severity: "error",
    message: `unknown ${kind} "${word}"${suggestion === undefined ? "" : ` - did you mean "${suggestion}"?`}`,
    path,
    ...(range === undefined ? {} : { range }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
