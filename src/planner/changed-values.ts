import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { visible } from "../base/visible.ts";
import { shown } from "./keyword-change.ts";
import type { Direction, SchemaChange } from "./keyword-change.ts";

/** How the single values that fit, by `enum` or `const`, have changed. */
export function changedValues(before: JsonObject, after: JsonObject): readonly SchemaChange[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  if (was === undefined && is !== undefined) return [{ direction: "narrower", message: `can only be ${listed(is)} now` }];
  if (was !== undefined && is === undefined) return [{ direction: "wider", message: `need no longer be ${listed(was)}` }];
  const old = new Set(was);
  const now = new Set(is);
  const lost = [...old].filter((value) => !now.has(value));
  const gained = [...now].filter((value) => !old.has(value));
  return [
    ...(lost.length === 0 ? [] : [{ direction: "narrower" as const, message: `can no longer be ${listed(lost)}` }]),
    ...(gained.length === 0 ? [] : [{ direction: "wider" as const, message: `can also be ${listed(gained)} now` }]),
  ];
}

function valuesOf(schema: JsonObject): readonly string[] | undefined {
  const [only, some] = [schema["const"], schema["enum"]];
  const texts = isJsonArray(some) ? some.map((each) => JSON.stringify(each)) : undefined;
  if (only === undefined) return texts;
  const text = JSON.stringify(only);
  return texts === undefined || texts.includes(text) ? [text] : [];
}

const LISTED_MAX = 8;

function listed(values: readonly string[]): string {
  const texts = values.slice(0, LISTED_MAX).map((text) => shown(JSON.parse(text) as Json));
  return `${texts.join(", ")}${values.length > LISTED_MAX ? ", ..." : ""}`;
}

const ALL_TYPES = ["array", "boolean", "fraction", "integer", "null", "object", "string"];

/** How the types that fit have changed. */
export function changedTypes(before: Json | undefined, after: Json | undefined): readonly SchemaChange[] {
  const [was, is] = [typesOf(before), typesOf(after)];
  const direction = directionOf(was, is);
  return direction === "none" ? [] : [{ direction, message: `is ${typeWords(after)} now, and was ${typeWords(before)}` }];
}

/** Whole numbers are numbers, so `number` is two types here. */
function typesOf(type: Json | undefined): ReadonlySet<string> {
  if (type === undefined) return new Set(ALL_TYPES);
  const names = isJsonArray(type) ? type : [type];
  return new Set(names.flatMap((name) => (name === "number" ? ["integer", "fraction"] : typeof name === "string" ? [name] : [])));
}

function typeWords(type: Json | undefined): string {
  if (type === undefined) return "of any type";
  const names = (isJsonArray(type) ? type : [type]).filter((name) => typeof name === "string");
  return names.length === 0 ? "of no type" : names.map(visible).join(" or ");
}

function directionOf(was: ReadonlySet<string>, is: ReadonlySet<string>): Direction {
  const isMore = [...is].some((member) => !was.has(member));
  const isLess = [...was].some((member) => !is.has(member));
  if (isMore && isLess) return "different";
  return isMore ? "wider" : isLess ? "narrower" : "none";
}

/** One more alternative of `oneOf` may also make values fit twice, and so not at all, unless no two have a type in common. */
export function addedAlternative(...lists: readonly (readonly Json[])[]): Direction {
  return lists.every(areDisjoint) ? "wider" : "different";
}

function areDisjoint(alternatives: readonly Json[]): boolean {
  const seen = new Set<string>();
  return alternatives.every((alternative) => {
    const types = typesOf(isJsonObject(alternative) ? alternative["type"] : undefined);
    const isNew = [...types].every((type) => !seen.has(type));
    for (const type of types) seen.add(type);
    return isNew;
  });
}
