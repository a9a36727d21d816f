import { nearest } from "../base/nearest.ts";
import type { Problem } from "../model/problem.ts";

/** Reports a name that is not known, at a place where it stands. */
export type ReportName = (name: string, place: Pick<Problem, "path" | "range">) => Problem;

/** Comparing a name with 10,000 others takes some 30 ms, and nobody reads that many suggestions. */
const LOOKUPS_MAX = 20;

/** Reports names of one kind: `unknown step "chrge" - did you mean "charge"?` Each name is looked for once. */
export function unknownNames(
  kind: "step" | "input" | "server" | "tool" | "workflow" | "shared resource",
  hintFor: (name: string) => NameHint,
): ReportName {
  const hints = new Map<string, NameHint>();
  return (name, { path, range }) => {
    const hint = hints.get(name) ?? (hints.size < LOOKUPS_MAX ? hintFor(name) : { text: "" });
    hints.set(name, hint);
    return {
      code: `unknown-${kind.replace(" ", "-")}`,
      severity: "error",
      message: `unknown ${kind} "${name}"${hint.text}`,
      path,
      ...(range === undefined ? {} : { range }),
      ...(hint.suggestion === undefined ? {} : { suggestion: hint.suggestion }),
    };
  };
}

/** What helps somebody who has written a name that is not known. */
export interface NameHint {
  /** To be put behind the message: ` - did you mean "charge"?`, or the known names when there are few. */
  readonly text: string;
  readonly suggestion?: string;
}

/**
 * Looks for the known name that was probably meant.
 *
 * @param near - those of the known names that can have been meant, if not all
 */
export function hintAt(name: string, known: readonly string[], near: readonly string[] = known): NameHint {
  const suggestion = nearest(name, near);
  if (suggestion !== undefined) return didYouMean(suggestion);
  if (known.length === 0) return { text: " - there are none" };
  return { text: known.length > LISTED_MAX ? "" : ` - known are ${known.map((other) => `"${other}"`).join(", ")}` };
}

/** The hint when it is clear what was meant. */
export function didYouMean(suggestion: string): NameHint {
  return { text: ` - did you mean "${suggestion}"?`, suggestion };
}

/** So many names are listed where none is near. */
const LISTED_MAX = 8;
