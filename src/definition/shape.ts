import { nearest } from "../base/nearest.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { report, within, wrongType } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { FAMILIAR_KEYS } from "./familiar-keys.ts";
import type { FieldNames, SchemaDefinitions, ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

/** One key of an object in a file: the line of a table. */
export interface Field<T> extends FieldNames {
  readonly type: ValueType<T>;
  readonly required?: boolean;
  /** Stands for a key that is not there, and is not printed. */
  readonly absent?: T;
  /** What it is for: a sentence without its capital letter and full stop, as it stands in messages. */
  readonly about: string;
}

/** A line for every property of `T`: the compiler finds the one that was forgotten. Their order is the canonical one. */
export type Fields<T> = { readonly [Key in keyof T]-?: Field<Exclude<T[Key], undefined>> };

/** An object with known keys. */
export interface Shape<T> extends ValueType<T> {
  readPartly(value: Json, reading: Reading): PartlyRead<T> | undefined;
}

/** As much as could be read of an object; what is missing or wrong has been reported. */
export interface PartlyRead<T> {
  readonly values: Partial<T>;
  /** The keys that are there, also those whose value is wrong, in the spelling of the file. */
  readonly given: ReadonlyMap<keyof T, string>;
  /** Whether there are keys that are not known. What seems to be missing may stand under one of them. */
  readonly hasUnknown: boolean;
}

/** Makes the type of an object from the table of its keys; the name is that of its part in the JSON Schema. */
export function shape<T extends object>(name: string, fields: Fields<T>): Shape<T> {
  const table = Object.entries<Field<unknown>>(fields);
  const spellings = new Map(table.flatMap(([property, field]) => spellingsOf(field).map((key) => [key, property as keyof T])));
  const objectExpected = table.length > MOST_LISTED ? "an object" : `an object with the keys ${listed(table.map(([, field]) => field))}`;
  const readPartly = (value: Json, reading: Reading): PartlyRead<T> | undefined => {
    if (!isJsonObject(value)) return wrongType(reading, objectExpected, value);
    const { given, hasUnknown } = givenKeys(value, { spellings, fields: table.map(([, field]) => field) }, reading);
    const result: Record<string, unknown> = {};
    for (const [property, field] of table) {
      const key = given.get(property as keyof T);
      const read = key === undefined ? field.absent : field.type.read(value[key] as Json, within(reading, field.key));
      if (read !== undefined) result[property] = read;
      if (key === undefined && field.required === true && !hasUnknown) reportMissing(reading, field);
    }
    return { values: result as Partial<T>, given, hasUnknown };
  };
  return {
    readPartly,
    read(value, reading) {
      const read = readPartly(value, reading);
      if (read === undefined || read.hasUnknown) return undefined;
      const complete = table.every(([property, field]) => field.required !== true || Object.hasOwn(read.values, property));
      return complete ? (read.values as T) : undefined;
    },
    print(value) {
      const result: Record<string, Json> = {};
      for (const [property, field] of table) {
        const part: unknown = value[property as keyof T];
        if (part === undefined || isAbsent(part, field)) continue;
        result[field.key] = field.type.print(part);
      }
      return result;
    },
    schema(definitions) {
      // The name is taken before the parts are described, so that a shape may contain itself.
      if (!definitions.has(name)) definitions.set(name, {}).set(name, objectSchema(table, definitions));
      return { $ref: `#/$defs/${name}` };
    },
    inside: { kind: "fields", fields: table.map(([, field]) => field) },
  };
}

/** Which spelling the file uses for each property; unknown and repeated keys are reported. */
function givenKeys<Property>(
  value: JsonObject,
  { spellings, fields }: { readonly spellings: ReadonlyMap<string, Property>; readonly fields: readonly FieldNames[] },
  reading: Reading,
): { readonly given: ReadonlyMap<Property, string>; readonly hasUnknown: boolean } {
  const given = new Map<Property, string>();
  let hasUnknown = false;
  for (const key of Object.keys(value)) {
    const property = spellings.get(key);
    if (property === undefined) {
      hasUnknown = true;
      reportUnknown(key, fields, reading);
    } else if (!given.has(property)) given.set(property, key);
    else {
      const message = `${quoted(key)} and ${quoted(given.get(property) ?? "")} are two spellings of one key: keep one of them`;
      report(within(reading, key), "duplicate-key", message, { atKey: true });
    }
  }
  return { given, hasUnknown };
}

function reportUnknown(key: string, fields: readonly FieldNames[], reading: Reading): void {
  const snake = key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
  const familiar = fields.find((field) => field.key === FAMILIAR_KEYS.get(snake.toLowerCase()))?.key;
  const suggestion = familiar ?? nearest(snake, fields.flatMap(spellingsOf));
  const known = key === "<<" ? "YAML 1.2 has no merge keys: write the keys out" : `known are ${listed(fields)}`;
  const hint = suggestion === undefined ? known : `did you mean ${quoted(suggestion)}?`;
  const message = `unknown key ${quoted(key)} - ${hint}`;
  report(within(reading, key), "unknown-key", message, suggestion === undefined ? { atKey: true } : { atKey: true, suggestion });
}

function reportMissing(reading: Reading, field: Field<unknown>): void {
  report(reading, "missing-key", `${quoted(field.key)} is missing: ${field.about}`);
}

/** Objects with more keys are not described by them. */
const MOST_LISTED = 10;

/** The canonical key first. */
export function spellingsOf(field: FieldNames): readonly string[] {
  return [field.key, ...(field.aliases ?? [])];
}

function isAbsent(value: unknown, field: Field<unknown>): boolean {
  return field.absent !== undefined && JSON.stringify(value) === JSON.stringify(field.absent);
}

function listed(fields: readonly FieldNames[]): string {
  return fields.map(({ key }) => key).join(", ");
}

function objectSchema(table: readonly (readonly [string, Field<unknown>])[], definitions: SchemaDefinitions): JsonObject {
  const properties: Record<string, Json> = {};
  for (const [, field] of table) {
    const schema = field.type.schema(definitions);
    properties[field.key] = { ...schema, description: `${field.about.charAt(0).toUpperCase()}${field.about.slice(1)}.` };
    for (const alias of field.aliases ?? []) {
      properties[alias] = { ...schema, description: `Another spelling of ${quoted(field.key)}.`, deprecated: true };
    }
  }
  const required = table.filter(([, field]) => field.required === true).map(([, field]) => requirement(field));
  return { type: "object", properties, additionalProperties: false, ...(required.length > 0 ? { allOf: required } : {}) };
}

function requirement(field: Field<unknown>): JsonObject {
  const spellings = spellingsOf(field).map((key) => ({ required: [key] }));
  const [only] = spellings;
  return spellings.length === 1 && only !== undefined ? only : { anyOf: spellings };
}
