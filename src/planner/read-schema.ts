import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { type Schema, type SchemaObject, UNREADABLE } from "./schema.ts";

/**
 * Reads a schema that a server has sent, of any draft from 4 to 2020-12, whatever is wrong with it. What cannot be
 * understood is left out, and the schema is marked as loose.
 *
 * So is `format`: it is an annotation by default, and implementations disagree on it (some refuse `http://localhost`).
 */
export function readSchema(foreign: Json): Schema {
  const reader: Reader = { root: foreign, known: new Map(), ignoresSiblings: refsIgnoreSiblings(foreign) };
  return readNode(reader, foreign, 0);
}

interface Reader {
  readonly root: Json;
  /** What has been read, and what is being read: this is how a schema that refers to itself becomes a circle. */
  readonly known: Map<JsonObject, Schema>;
  readonly ignoresSiblings: boolean;
}

/** A schema on its way: each keyword is checked before it gets in. */
type Draft = { -readonly [Keyword in keyof SchemaObject]: SchemaObject[Keyword] };

/** One object of the document, and what becomes of it. */
interface Place {
  readonly raw: JsonObject;
  readonly draft: Draft;
  /** Of the parts below. */
  readonly depth: number;
}

const DEPTH_MAX = 100;
const NODES_MAX = 20_000;
const TYPES: ReadonlySet<Json | undefined> = new Set(["null", "boolean", "integer", "number", "string", "array", "object"]);
const SCHEMAS = ["propertyNames", "not", "if", "then", "else"] as const;
const SCHEMA_LISTS = ["allOf", "anyOf", "oneOf"] as const;
const SIZES = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"] as const;
/** They constrain, and are not understood. */
const LEFT_OUT = ["format", "patternProperties", "unevaluatedProperties", "contains", "unevaluatedItems", "$dynamicRef", "$recursiveRef"];

/** Up to draft 7, nothing beside a `$ref` counts. */
function refsIgnoreSiblings(root: Json): boolean {
  const draft = isJsonObject(root) ? root["$schema"] : undefined;
  return typeof draft === "string" && /draft-0[3-7]/.test(draft);
}

function readNode(reader: Reader, raw: Json | undefined, depth: number): Schema {
  if (typeof raw === "boolean") return raw;
  if (!isJsonObject(raw)) return UNREADABLE;
  return reader.known.get(raw) ?? readObject(reader, raw, depth);
}

function readObject(reader: Reader, raw: JsonObject, depth: number): Schema {
  // A part with an id of its own is another document: its references do not start here.
  const foreign = depth > 0 && typeof (raw["$id"] ?? raw["id"]) === "string";
  if (foreign || depth > DEPTH_MAX || reader.known.size >= NODES_MAX) return UNREADABLE;
  const draft: Draft = { loose: false };
  reader.known.set(raw, draft);
  const reference = raw["$ref"];
  if (reference === undefined || !reader.ignoresSiblings) readKeywords(reader, { raw, draft, depth: depth + 1 });
  if (reference === undefined) return draft;
  const target = readNode(reader, pointedTo(reader.root, reference), depth + 1);
  const alone = Object.keys(draft).length === 1 && !draft.loose;
  draft.allOf = [...(draft.allOf ?? []), target];
  return alone ? target : draft;
}

function readKeywords(reader: Reader, place: Place): void {
  readTypes(place);
  readNumbers(place);
  readObjectKeywords(reader, place);
  readDependencies(reader, place);
  readListKeywords(reader, place);
  const { raw, draft, depth } = place;
  for (const keyword of SCHEMA_LISTS) {
    const parts = raw[keyword];
    if (isJsonArray(parts) && parts.length > 0) draft[keyword] = parts.map((part) => readNode(reader, part, depth));
    else if (parts !== undefined) draft.loose = true;
  }
  for (const keyword of SCHEMAS) {
    if (raw[keyword] !== undefined) draft[keyword] = readNode(reader, raw[keyword], depth);
  }
  for (const keyword of LEFT_OUT) if (raw[keyword] !== undefined) draft.loose = true;
}

function readTypes({ raw, draft }: Place): void {
  const given = raw["type"];
  // `nullable` is a word of OpenAPI, but servers use it and mean it.
  const nullable = raw["nullable"] === true;
  if (given !== undefined) {
    const types = isJsonArray(given) ? given : [given];
    if (types.length > 0 && types.every(isType)) draft.type = nullable ? [...types, "null"] : types;
    else draft.loose = true;
  }
  if (raw["const"] !== undefined) draft.const = raw["const"];
  if (isJsonArray(raw["enum"])) draft.enum = nullable ? [...raw["enum"], null] : raw["enum"];
  else if (raw["enum"] !== undefined) draft.loose = true;
  if (typeof raw["pattern"] === "string") draft.pattern = raw["pattern"];
}

function isType(value: Json): value is NonNullable<SchemaObject["type"]>[number] {
  return TYPES.has(value);
}

/** In draft 4, `exclusiveMinimum: true` said of `minimum` that it is not itself allowed. */
function readNumbers({ raw, draft }: Place): void {
  for (const keyword of SIZES) {
    const size = raw[keyword];
    if (typeof size === "number") draft[keyword] = size;
  }
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    const limit = raw[bound];
    const strict = raw[exclusive];
    if (typeof limit === "number") draft[strict === true ? exclusive : bound] = limit;
    if (typeof strict === "number") draft[exclusive] = strict;
  }
  const step = raw["multipleOf"];
  if (typeof step === "number" && step > 0) draft.multipleOf = step;
}

function readObjectKeywords(reader: Reader, { raw, draft, depth }: Place): void {
  if (isJsonObject(raw["properties"])) draft.properties = readMap(reader, raw["properties"], depth);
  if (isJsonArray(raw["required"])) draft.required = raw["required"].filter((name) => typeof name === "string");
  const others = raw["additionalProperties"];
  // Which properties a pattern lets in is not looked at: it might be any.
  if (others !== undefined && raw["patternProperties"] === undefined) {
    draft.additionalProperties = readNode(reader, others, depth);
  }
}

/** Draft 2019-09 made two keywords of `dependencies`. */
function readDependencies(reader: Reader, { raw, draft, depth }: Place): void {
  const required = new Map<string, readonly string[]>();
  const schemas = new Map<string, Schema>();
  for (const keyword of ["dependencies", "dependentRequired", "dependentSchemas"]) {
    const given = raw[keyword];
    if (!isJsonObject(given)) continue;
    for (const [name, value] of Object.entries(given)) {
      if (isJsonArray(value))
        required.set(
          name,
          value.filter((other) => typeof other === "string"),
        );
      else schemas.set(name, readNode(reader, value, depth));
    }
  }
  if (required.size > 0) draft.dependentRequired = Object.fromEntries(required);
  if (schemas.size > 0) draft.dependentSchemas = Object.fromEntries(schemas);
}

/** Before 2020-12, a list in `items` was what `prefixItems` is now. */
function readListKeywords(reader: Reader, { raw, draft, depth }: Place): void {
  const items = raw["items"];
  const prefix = isJsonArray(items) ? items : raw["prefixItems"];
  const rest = isJsonArray(items) ? raw["additionalItems"] : items;
  if (isJsonArray(prefix)) draft.prefixItems = prefix.map((part) => readNode(reader, part, depth));
  if (rest !== undefined) draft.items = readNode(reader, rest, depth);
  if (raw["uniqueItems"] === true) draft.uniqueItems = true;
}

function readMap(reader: Reader, raw: JsonObject, depth: number): Readonly<Record<string, Schema>> {
  return Object.fromEntries(Object.entries(raw).map(([name, part]) => [name, readNode(reader, part, depth)]));
}

/** The part of the document that a reference such as `#/$defs/item` names; undefined when it names something else. */
function pointedTo(root: Json, reference: Json): Json | undefined {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) return undefined;
  let part: Json | undefined = root;
  for (const segment of reference.split("/").slice(1)) {
    const key = decodeSegment(segment);
    if (isJsonArray(part)) part = part[Number(key)];
    else if (isJsonObject(part) && Object.hasOwn(part, key)) part = part[key];
    else return undefined;
  }
  return part;
}

function decodeSegment(segment: string): string {
  let plain = segment;
  try {
    plain = decodeURIComponent(segment);
  } catch {
    // A lone "%" is written by people who do not know that this is a URI; they mean the character.
  }
  return plain.replaceAll("~1", "/").replaceAll("~0", "~");
}
