/** What an expression may cost. Stated for authors in docs/workflow-file.md; a limit that is hit is an error that names it. */
export const LIMITS = {
  /** Characters of one expression. */
  sourceLength: 10_000,
  /** Names, literals, operators and calls in one expression. */
  nodes: 5_000,
  /** Elements of one list literal, and entries of one object literal. */
  literalEntries: 1_000,
  /** Arguments of one call. */
  callArguments: 32,
  /** Levels of nesting of an expression. `a + b + c` is one level deeper than `a + b`. */
  depth: 200,
  /**
   * Units of work in one evaluation: about one for each part of a macro's body and each element, for each element that is
   * compared or copied, and for 16 characters that are read. 10 million of them take about a second at most.
   */
  work: 10_000_000,
  /** UTF-16 units of a text that an expression makes: 16 Mi. */
  textLength: 16_777_216,
  /** Encoded size of the result, the same as the limit for one output. */
  resultBytes: 67_108_864,
  /** Levels of nesting of the result, and of values that are compared. */
  valueDepth: 500,
  /** Characters of a regular expression. */
  patternLength: 500,
  /** Instructions that a regular expression may become, which is what matching each character can cost. */
  patternInstructions: 2_000,
  /** Compiled expressions and scanned templates that are kept, of each kind. */
  cacheEntries: 30_000,
  /** Characters of their sources together, of each kind: a compiled expression takes about 100 bytes per character. */
  cacheCharacters: 3_000_000,
  /** Compiled regular expressions that are kept. */
  cachePatterns: 500,
} as const;
