import type { Path } from "../model/problem.ts";
import { type Schema, type SchemaObject, UNREADABLE } from "./schema.ts";
import { possibleTypes, TYPES, type TypeSet } from "./schema-types.ts";

/** What a path leads to in the values that fit a schema, or the first key that surely leads nowhere. */
export type Field = { readonly schema: Schema; readonly missing?: never } | { readonly missing: MissingField; readonly schema?: never };

export interface MissingField {
  /** The place of the key in the path. */
  readonly at: number;
  /** What the key is read of; without the bit for objects it has no keys at all. */
  readonly types: TypeSet;
  readonly known: readonly string[];
}

/** Follows a path through a schema, as far as the schema tells. */
export function fieldSchema(schema: Schema, path: Path): Field {
  let current = schema;
  for (const [at, key] of path.entries()) {
    const next = typeof key === "number" ? elementSchema(current, key) : memberSchema(current, key);
    if (next === undefined) return { missing: { at, types: possibleTypes(current), known: memberNames(current) } };
    current = next;
  }
  return { schema: current };
}

function elementSchema(schema: Schema, place: number): Schema | undefined {
  if ((possibleTypes(schema) & (TYPES.list | TYPES.object)) === 0) return undefined;
  if (typeof schema === "boolean" || (possibleTypes(schema) & TYPES.object) !== 0) return UNREADABLE;
  const element = schema.prefixItems?.[place] ?? schema.items ?? UNREADABLE;
  return element === false ? UNREADABLE : element; // How long a list is is not looked at.
}

/** A schema may be nothing but references to itself. */
const DEPTH_MAX = 20;

/** The schema of a member; undefined when there is surely none of that name. */
function memberSchema(schema: Schema, name: string, depth = 0): Schema | undefined {
  if ((possibleTypes(schema) & TYPES.object) === 0) return undefined;
  if (typeof schema === "boolean" || depth > DEPTH_MAX) return UNREADABLE;
  const { properties = {}, additionalProperties: others } = schema;
  // Nothing fits false, so what has that schema is never there.
  if (Object.hasOwn(properties, name)) return properties[name] === false ? undefined : properties[name];
  if (others === false) return undefined;
  const parts = partsOf(schema).map((part) => memberSchema(part, name, depth + 1));
  if (parts.includes(undefined)) return undefined;
  return parts.find((part) => part !== UNREADABLE) ?? others ?? UNREADABLE;
}

function memberNames(schema: Schema, depth = 0): readonly string[] {
  if (typeof schema === "boolean" || depth > DEPTH_MAX) return [];
  const own = Object.entries(schema.properties ?? {}).filter(([, member]) => member !== false);
  return [...own.map(([name]) => name), ...partsOf(schema).flatMap((part) => memberNames(part, depth + 1))];
}

/** The schemas that an object must fit besides this one: alternatives count when there is just one for objects. */
function partsOf(schema: SchemaObject): readonly Schema[] {
  const alternatives = [schema.anyOf, schema.oneOf].flatMap((parts) => {
    const ofObjects = parts?.filter((part) => (possibleTypes(part) & TYPES.object) !== 0) ?? [];
    return ofObjects.length === 1 ? ofObjects : [];
  });
  return [...(schema.allOf ?? []), ...alternatives];
}
