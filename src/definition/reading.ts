import type { Json } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import type { Path, Problem } from "../model/problem.ts";
import type { Expression, Template } from "../model/workflow.ts";
import { quoted } from "../base/visible.ts";

/** Where in a file something is read, and where goes what is found there. */
export interface Reading {
  /** Canonical keys, whatever spelling the file uses. */
  readonly path: Path;
  readonly findings: Findings;
}

/** What reading collects along the way. Everything in it is only ever added to. */
export interface Findings {
  readonly errors: Problem[];
  readonly warnings: Problem[];
  /** Every value that may hold `${{ }}`, to be checked when all steps are known. */
  readonly templates: { readonly path: Path; readonly template: Template }[];
  readonly expressions: { readonly path: Path; readonly source: Expression }[];
  /** The ids in `needs`. */
  readonly needs: { readonly path: Path; readonly id: string }[];
}

/** Findings with nothing in them. */
export function noFindings(): Findings {
  return { errors: [], warnings: [], templates: [], expressions: [], needs: [] };
}

/** Problems of one file that are shown. */
export const MOST_PROBLEMS = 500;

/** What a {@link Problem} may have besides its code, message and place. */
export type ProblemDetails = Partial<Pick<Problem, "severity" | "atKey" | "range" | "suggestion">>;

/** The same reading, one key or place deeper. */
export function within(reading: Reading, key: string | number): Reading {
  return { path: [...reading.path, key], findings: reading.findings };
}

/** Adds a problem, an error unless the details say otherwise; past a limit it is dropped. Returns undefined, which is also what a failed read gives. */
export function report(reading: Reading, code: string, message: string, details: ProblemDetails = {}): undefined {
  const { errors, warnings } = reading.findings;
  const list = details.severity === "warning" ? warnings : errors;
  // One more than are shown, so that it is known that there are more.
  if (list.length <= MOST_PROBLEMS) list.push({ severity: "error", ...details, code, message, path: reading.path });
}

/** `"needs[1]"`: the end of the path as a person would name it. */
export function subject(path: Path): string {
  let start = path.length - 1;
  while (start > 0 && typeof path[start] === "number") start -= 1;
  if (start < 0) return "the file";
  return quoted(
    path
      .slice(start)
      .map((part) => (typeof part === "number" ? `[${part}]` : part))
      .join(""),
  );
}

/** What a value is, for the end of "must be ..., not ...". */
export function describe(value: Json): string {
  if (value === null) return "empty";
  if (typeof value === "string") return value === "" ? "empty text" : quoted(value);
  if (isJsonArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty object" : "an object";
  return `${typeof value === "number" ? "the number " : ""}${value}`;
}

/** Reports that a value is not what the key takes; `expected` completes "must be". */
export function wrongType(reading: Reading, expected: string, value: Json): undefined {
  return report(reading, "wrong-type", `${subject(reading.path)} must be ${expected}, not ${describe(value)}`);
}
