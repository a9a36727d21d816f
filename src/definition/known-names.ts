import { nearest } from "../base/nearest.ts";
import type { DeclaredNames } from "./declared-names.ts";

/** The names that a file may refer to, for looking up and for guessing what was meant. */
export interface KnownNames {
  readonly steps: ReadonlySet<string>;
  readonly finally: ReadonlySet<string>;
  readonly inputs: ReadonlySet<string>;
  /** The nearest of the candidates, for the first words that are asked for: comparing with 10,000 names is slow. */
  suggest(word: string, candidates: ReadonlySet<string>): string | undefined;
}

const MOST_SUGGESTIONS = 50;

/** Prepares the declared names. */
export function knownNames(declared: DeclaredNames): KnownNames {
  let suggestions = 0;
  return {
    steps: new Set(declared.steps.flatMap(({ id }) => id ?? [])),
    finally: new Set(declared.finally.flatMap(({ id }) => id ?? [])),
    inputs: new Set(declared.inputs),
    suggest(word, candidates) {
      suggestions += 1;
      return suggestions > MOST_SUGGESTIONS ? undefined : nearest(word, candidates);
    },
  };
}
