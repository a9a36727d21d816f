import type { InputReference, StepReference, TemplateReference } from "../expression/references.ts";
import type { Path, Problem } from "../model/problem.ts";
import { fieldSchema, type MissingField } from "./field-schema.ts";
import type { KnownValue, KnownValues } from "./known-values.ts";
import { describeTypes, TYPES } from "./schema-types.ts";
import { placeOf } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import { hintAt } from "./unknown-name.ts";

/** Finds reads of outputs and inputs that lead to something that is surely not there. */
export function checkFields(part: StepPart, known: KnownValues): readonly Problem[] {
  const problems: Problem[] = [];
  const check = (expression: TemplateReference, read: FieldRead, value: KnownValue | undefined): void => {
    if (value === undefined || mayBeMissing(read) || read.path === undefined || read.path.length === 0) return;
    const { missing } = fieldSchema(value.schema, read.path);
    if (missing !== undefined) problems.push(missingField(value, { ...read, path: read.path, missing }, placeOf(part, expression, read)));
  };
  for (const expression of part.expressions) {
    for (const read of expression.references.steps) check(expression, read, known.output(read));
    for (const read of expression.references.inputs) check(expression, read, known.input(read));
  }
  return problems;
}

type FieldRead = StepReference | InputReference;

/** Whether it is written so that nothing fails when what is read is not there. */
export function mayBeMissing(read: FieldRead): boolean {
  return read.optional || ("optionalKeys" in read && read.optionalKeys);
}

function missingField(
  value: KnownValue,
  { path, missing }: { readonly path: Path; readonly missing: MissingField },
  place: Pick<Problem, "path" | "range">,
): Problem {
  const key = path[missing.at] ?? "";
  const owner = missing.at === 0 ? value.name : `${printPath(path.slice(0, missing.at))} in ${value.name}`;
  const hasMembers = (missing.types & TYPES.object) !== 0;
  const hint = hasMembers && missing.known.length > 0 ? hintAt(String(key), missing.known) : { text: "" };
  const kind = hasMembers ? "" : ` is ${describeTypes(missing.types)} and`;
  return {
    code: "unknown-field",
    severity: "error",
    message: `${owner}${kind} has no ${typeof key === "number" ? `element ${key}` : `"${key}"`}${hint.text}`,
    ...place,
    ...(hint.suggestion === undefined ? {} : { suggestion: hint.suggestion }),
  };
}

function printPath(path: Path): string {
  return `"${path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${key}`)).join("")}"`;
}
