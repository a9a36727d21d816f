/** A place in a document, as the keys that lead to it: `["steps", 3, "with", "amount"]`. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a workflow, found without or before running it. */
export interface Problem {
  /** Stable and kebab-case, for programs: `unknown-tool`, `type-mismatch`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What is wrong, with the value, and what would be right. One sentence, no place and no final full stop. */
  readonly message: string;
  readonly path: Path;
  /** Whether the key at the end of the path is meant (an unknown key), and not its value. */
  readonly atKey?: boolean;
  /** For a part of a string value: where it begins in the value, and how long it is, in UTF-16 units. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** What was probably meant, alone, for programs. The message says it too. */
  readonly suggestion?: string;
}

/** A problem with its place in a file, as it is shown and printed. */
export interface LocatedProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly file: string;
  /** Where it is in what the file says, such as `steps[2].enforcement`. Absent for what is wrong with the whole, or with the text. */
  readonly place?: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** How much of the line to underline; at least 1. */
  readonly length: number;
  /** The text of the line, for display; its beginning when it is long, and empty when the place is far behind that. */
  readonly source: string;
  readonly suggestion?: string;
}
