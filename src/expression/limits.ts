/** What an expression may cost. Stated for authors in docs/workflow-file.md; a limit that is hit is an error that names it. */
export const LIMITS = {
  /** Characters of one expression. */
  sourceLength: 10_000,
  /** Names, literals, operators and calls in one expression. */
  nodes: 5_000,
  /** Levels of nesting of an expression. `a + b + c` is one level deeper than `a + b`. */
  depth: 200,
  /**
   * Units of work in one evaluation: about one per element and part of a body that a macro visits, per element that is
   * compared or copied, and per 32 characters that are read. 10 million of them take well under a second.
   */
  work: 10_000_000,
  /** UTF-16 units of a text that an expression makes: 16 Mi. */
  textLength: 16 * 2 ** 20,
  /** Encoded size of the result, the same as the limit for one output. */
  resultBytes: 64 * 2 ** 20,
  /** Levels of nesting of the result, and of values that are compared. */
  valueDepth: 500,
  /** Characters of a regular expression. */
  patternLength: 500,
  /** Compiled expressions, templates and patterns that are kept, each. */
  cacheEntries: 2_000,
} as const;
