import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { BoundValues } from "./bound-values.ts";
import { fieldsOf, namesOf, partsOf, textOf, type Wrapped } from "./sql-tree.ts";

/** The value that a literal or a parameter has before it is cast; undefined for anything that the database computes. */
export function constantOf(part: Wrapped | undefined, bound: BoundValues): Json | undefined {
  const cast = fieldsOf(part, "TypeCast");
  if (cast !== undefined) return isJsonObject(cast["arg"]) ? constantOf(cast["arg"], bound) : undefined;
  const number = fieldsOf(part, "ParamRef")?.["number"];
  return typeof number === "number" ? bound.given(number) : literalOf(part);
}

/** Types to which a value can be cast without becoming another one: `'acme'::varchar(2)` would. */
const FAITHFUL_TYPES = new Set(["text", "varchar", "uuid", "int2", "int4", "int8", "bool"]);

/** As `constantOf`, but undefined when a cast could change the value. */
export function writtenConstant(part: Wrapped | undefined, bound: BoundValues): Json | undefined {
  const cast = fieldsOf(part, "TypeCast");
  if (cast === undefined) return constantOf(part, bound);
  const type: JsonObject = isJsonObject(cast["typeName"]) ? cast["typeName"] : {};
  const plain = partsOf(type["typmods"]).length === 0 && partsOf(type["arrayBounds"]).length === 0;
  const faithful = plain && FAITHFUL_TYPES.has(namesOf(type["names"])?.at(-1) ?? "");
  return faithful && isJsonObject(cast["arg"]) ? writtenConstant(cast["arg"], bound) : undefined;
}

/** Members that have their default value are left out of the tree: `0` is `{ ival: {} }`. */
function literalOf(part: Wrapped | undefined): Json | undefined {
  const literal = fieldsOf(part, "A_Const");
  if (literal === undefined) return undefined;
  if (literal["isnull"] === true) return null;
  const [kind, value] = Object.entries(literal).find(([name]) => name.endsWith("val")) ?? [];
  const content = isJsonObject(value) ? value[kind ?? ""] : undefined;
  switch (kind) {
    case "sval":
      return textOf(content);
    case "ival":
      return content ?? 0;
    case "boolval":
      return content ?? false;
    case "fval":
      return Number(content);
    default:
      return undefined;
  }
}
