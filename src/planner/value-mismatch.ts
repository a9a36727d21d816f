import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { Path, Problem } from "../model/problem.ts";
import { describeTypes, TYPES, type TypeSet } from "./schema-types.ts";
import type { NameHint } from "./unknown-name.ts";

/** Something about a value that cannot be right, whatever its expressions give. The path is that within the value. */
export type Mismatch = Omit<Problem, "range">;

/** The codes by which an alternative that was not meant is known. */
export const WRONG_TYPE = "type-mismatch";
export const NOT_LISTED = "unknown-choice";

/** Who takes the value, and what its members are called, for messages. */
export interface Taker {
  /** `payments.process_payment` */
  readonly name: string;
  /** `argument` for tools, `input` for workflows. */
  readonly member: "argument" | "input";
}

/** A value that is not what the schema asks for. `fault` goes on from the name of the value: `must be at least 3`. */
export function invalidValue(taker: Taker, path: Path, fault: string): Mismatch {
  return { code: `invalid-${taker.member}`, severity: "error", message: `${nameOf(taker, path)} ${fault}`, path };
}

/** A value of a type that the schema does not allow; `found` tells what it is: `a list`, `the string "ten"`. */
export function wrongType(taker: Taker, path: Path, types: { readonly allowed: TypeSet; readonly found: string }): Mismatch {
  const fault = types.allowed === TYPES.none ? "is not allowed here" : `must be ${describeTypes(types.allowed)}, ${types.found}`;
  return { ...invalidValue(taker, path, fault), code: WRONG_TYPE };
}

/** An object without a member that must be there. */
export function missingMember(taker: Taker, object: Path, member: { readonly name: string; readonly types: TypeSet }): Mismatch {
  const what = member.types === TYPES.any || member.types === TYPES.none ? "" : ` (${describeTypes(member.types)})`;
  const message =
    object.length === 0
      ? `${taker.name} needs the ${taker.member} "${member.name}"${what}`
      : `${nameOf(taker, object)} must have the member "${member.name}"${what}`;
  return { code: `missing-${taker.member}`, severity: "error", message, path: object };
}

/** A member that the schema does not know: wrong in a closed object, and worth a word in an open one. */
export function unknownMember(
  taker: Taker,
  object: Path,
  member: { readonly name: string; readonly closed: boolean; readonly hint: NameHint },
): Mismatch {
  const { name, closed, hint } = member;
  const owner = object.length === 0 ? taker.name : nameOf(taker, object);
  return {
    code: `unknown-${taker.member}`,
    severity: closed ? "error" : "warning",
    message: `${owner} has no ${object.length === 0 ? taker.member : "member"} "${name}"${hint.text}`,
    path: [...object, name],
    atKey: true,
    ...(hint.suggestion === undefined ? {} : { suggestion: hint.suggestion }),
  };
}

/** A literal as a message shows it, after "not": `the string "ten"`, `5`, `a list`. */
export function describeLiteral(value: Json): string {
  if (isJsonArray(value)) return "a list";
  if (isJsonObject(value)) return "an object";
  return typeof value === "string" ? `the string ${quoted(value)}` : JSON.stringify(value);
}

/** A literal, shortened: nobody reads a page of it in a message. */
export function quoted(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 3)}...`;
}

const TEXT_MAX = 60;

/** `"items[2].sku"`; the whole is named by who takes it. */
function nameOf(taker: Taker, path: Path): string {
  if (path.length === 0) return `the ${taker.member}s of ${taker.name}`;
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return `"${text.startsWith(".") ? text.slice(1) : text}"`;
}
