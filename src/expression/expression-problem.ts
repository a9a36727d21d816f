/** One thing that is wrong with an expression, found without evaluating it. */
export interface ExpressionProblem {
  /** Stable and kebab-case: `expression-syntax`, `unknown-name`, `wrong-place`, ... */
  readonly code: string;
  /** One sentence, no place and no final full stop. */
  readonly message: string;
  /** Where in the source, in UTF-16 units. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** What was probably meant, alone. The message says it too. */
  readonly suggestion?: string;
}
