import type { Problem } from "../model/problem.ts";
import type { KnownValues } from "./known-values.ts";
import { partHoles } from "./part-holes.ts";
import { describeTypes, TYPES, type TypeSet } from "./schema-types.ts";
import type { StepPart } from "./step-parts.ts";

/** What the keys of a step that are one expression must give. */
const WANTED: Readonly<Record<string, TypeSet>> = { for_each: TYPES.list, if: TYPES.boolean, until: TYPES.string };

/** Finds keys of a step that are given something of another type than they take. */
export function checkKeyTypes(part: StepPart, known: KnownValues): readonly Problem[] {
  const key = String(part.path.at(-1));
  const wanted = Object.hasOwn(WANTED, key) ? WANTED[key] : undefined;
  const given = wanted === undefined ? undefined : partHoles(part, known)([]);
  if (wanted === undefined || given === undefined || (given.types & wanted) !== 0) return [];
  const message = `"${key}" must be ${describeTypes(wanted)}, but ${given.origin}`;
  return [{ code: "type-mismatch", severity: "error", message, path: part.path }];
}
