import type { Problem } from "../model/problem.ts";
import type { KnownValues } from "./known-values.ts";
import { partHoles } from "./part-holes.ts";
import { TYPES } from "./schema-types.ts";
import type { StepEntry } from "./step-entry.ts";

/** A `for_each` must be given a list. */
export function checkItems({ path, parts }: StepEntry, known: KnownValues): readonly Problem[] {
  const part = parts.find((candidate) => candidate.path[path.length] === "for_each");
  const items = part === undefined ? undefined : partHoles(part, known)([]);
  if (part === undefined || items === undefined || (items.types & TYPES.list) !== 0) return [];
  return [{ code: "type-mismatch", severity: "error", message: `"for_each" must be a list, but ${items.origin}`, path: part.path }];
}
