import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { ToolChange } from "../model/tool-lock.ts";
import { canonicalSchema, SCHEMA_KEYWORDS, SCHEMA_LISTS, SCHEMA_MAPS } from "./canonical-schema.ts";
import { changedLimit } from "./changed-limit.ts";
import { addedAlternative, changedTypes, changedValues } from "./changed-values.ts";
import { keywordWords, sameJson } from "./keyword-change.ts";
import type { Direction, KeywordChange } from "./keyword-change.ts";

/**
 * Everything in which a schema is not as it was; empty if and only if both have the same canonical form.
 *
 * What fewer values fit breaks those that make such values: the callers of a tool, for its input. What more values fit
 * breaks those that read them, for its output. A property that is new and may be left out breaks nobody, though it is no
 * longer free for anything; one that is gone breaks whoever knew it.
 */
export function schemaChanges(before: JsonObject, after: JsonObject, part: "input" | "output"): readonly ToolChange[] {
  const comparison: Comparison = { part, changes: [] };
  compareSchemas(comparison, { place: "", depth: 0 }, canonicalSchema(before), canonicalSchema(after));
  return comparison.changes;
}

interface Comparison {
  readonly part: "input" | "output";
  /** Only ever added to. */
  readonly changes: ToolChange[];
}

interface Place {
  readonly place: string;
  readonly depth: number;
}

/** One keyword of two objects, of which one at least has it. */
interface KeywordPair extends KeywordChange {
  /** The objects themselves. */
  readonly was: JsonObject;
  readonly is: JsonObject;
}

/** More are not told; that there are some is what matters then. */
const CHANGES_MAX = 200;
/** Deeper parts are only compared as a whole. */
const DEPTH_MAX = 60;

function note({ part, changes }: Comparison, { place }: Place, direction: Direction, message: string): void {
  if (changes.length >= CHANGES_MAX) return;
  const isBreaking = direction === "different" || direction === (part === "input" ? "narrower" : "wider");
  changes.push({ part, place, message, breaks: isBreaking ? (part === "input" ? "callers" : "readers") : "nobody" });
}

function compareSchemas(comparison: Comparison, place: Place, before: Json, after: Json): void {
  if (sameJson(before, after)) return;
  const [was, is] = [asObject(before), asObject(after)];
  if (was === undefined || is === undefined || place.depth > DEPTH_MAX) {
    const direction = before === false ? "wider" : after === false ? "narrower" : "different";
    note(comparison, place, direction, before === false ? "is allowed now" : after === false ? "is no longer allowed" : "changed");
    return;
  }
  const { length } = comparison.changes;
  for (const keyword of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const pair = { keyword, before: own(was, keyword), after: own(is, keyword), was, is };
    if (!sameJson(pair.before, pair.after)) compareKeyword(comparison, place, pair);
  }
  if (comparison.changes.length === length) note(comparison, place, "none", "is written in another way");
}

/** A schema is an object, or true for any value; false for none has no object that says so. */
function asObject(schema: Json): JsonObject | undefined {
  return schema === true ? {} : isJsonObject(schema) ? schema : undefined;
}

/** They say something about a schema, and nothing about values. */
const ANNOTATIONS = /^(title|description|default|examples?|deprecated|readOnly|writeOnly|\$comment|\$schema|\$id|id|\$anchor|x-.*)$/;

type Compare = (comparison: Comparison, place: Place, pair: KeywordPair) => void;

const COMPARISONS: ReadonlyMap<string, Compare> = new Map([
  ["properties", compareProperties],
  ["required", compareRequired],
  ["additionalProperties", compareOthers],
  ["type", compareTypes],
  ["enum", compareValues],
  ["const", compareValues],
]);

function compareKeyword(comparison: Comparison, place: Place, pair: KeywordPair): void {
  const compare = COMPARISONS.get(pair.keyword) ?? compareByShape(pair);
  if (compare !== undefined) compare(comparison, place, pair);
  else note(comparison, place, ANNOTATIONS.test(pair.keyword) ? "none" : changedLimit(pair), keywordWords(pair));
}

/** Keywords that hold schemas are all compared in the same few ways; undefined for the others, and where there is none. */
function compareByShape({ keyword, before, after }: KeywordPair): Compare | undefined {
  if (SCHEMA_MAPS.has(keyword) && areObjects(before, after)) return compareMaps;
  if (SCHEMA_LISTS.has(keyword) && areLists(before, after)) return keyword === "prefixItems" ? comparePrefix : compareAlternatives;
  return SCHEMA_KEYWORDS.has(keyword) ? compareParts : undefined;
}

function areObjects(...values: readonly (Json | undefined)[]): boolean {
  return values.every((value) => value === undefined || isJsonObject(value));
}

function areLists(...values: readonly (Json | undefined)[]): boolean {
  return values.every((value) => value === undefined || isJsonArray(value));
}

function below({ place, depth }: Place, key: string): Place {
  const dot = place === "" || key.startsWith("[") ? "" : ".";
  return { place: `${place}${dot}${key}`, depth: depth + 1 };
}

function compareProperties(comparison: Comparison, place: Place, { was, is }: KeywordPair): void {
  const [before, after] = [was["properties"] ?? {}, is["properties"] ?? {}];
  if (!isJsonObject(before) || !isJsonObject(after)) {
    note(comparison, place, "different", keywordWords({ keyword: "properties", before, after }));
    return;
  }
  const required = namesIn(is["required"]);
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [own(before, name), own(after, name)];
    const inner = below(place, name);
    if (old !== undefined && now !== undefined) compareSchemas(comparison, inner, old, now);
    else if (old !== undefined) note(comparison, inner, "different", "was removed");
    else if (comparison.part === "input" && required.includes(name)) note(comparison, inner, "narrower", "is new, and required");
    else note(comparison, inner, "none", "is new");
  }
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function listIn(value: Json | undefined): readonly Json[] {
  return isJsonArray(value) ? value : [];
}

function namesIn(value: Json | undefined): readonly string[] {
  return listIn(value).filter((name) => typeof name === "string");
}

function compareRequired(comparison: Comparison, place: Place, { was, is }: KeywordPair): void {
  const [before, after] = [was["required"], is["required"]];
  if (!areLists(before, after)) {
    note(comparison, place, "different", keywordWords({ keyword: "required", before, after }));
    return;
  }
  const [old, now] = [namesIn(before), namesIn(after)];
  const known = (schema: JsonObject, name: string): boolean =>
    isJsonObject(schema["properties"]) && Object.hasOwn(schema["properties"], name);
  const [must, mustNot] =
    comparison.part === "input" ? ["is required now", "is no longer required"] : ["is always there now", "may be missing now"];
  for (const name of now) {
    // That a new property is required has been told with it.
    const isNew = known(is, name) && !known(was, name);
    if (!old.includes(name) && !isNew) note(comparison, below(place, name), "narrower", must);
  }
  for (const name of old) {
    const isGone = known(was, name) && !known(is, name);
    if (!now.includes(name) && !isGone) note(comparison, below(place, name), "wider", mustNot);
  }
}

function compareTypes(comparison: Comparison, place: Place, { before, after }: KeywordPair): void {
  for (const { direction, message } of changedTypes(before, after)) note(comparison, place, direction, message);
}

/** `const` is told with `enum` where both have changed: the one often takes the place of the other. */
function compareValues(comparison: Comparison, place: Place, { keyword, was, is }: KeywordPair): void {
  if (keyword === "const" && !sameJson(own(was, "enum"), own(is, "enum"))) return;
  for (const { direction, message } of changedValues(was, is)) note(comparison, place, direction, message);
}

/** What may stand in an object besides the properties that are named. */
function compareOthers(comparison: Comparison, place: Place, { before = true, after = true }: KeywordPair): void {
  const inner = below(place, "*");
  // Nobody reads what he does not know of.
  const isOutput = comparison.part === "output";
  if (before === false) note(comparison, inner, isOutput ? "none" : "wider", "is allowed now");
  else if (after === false) {
    note(
      comparison,
      inner,
      isOutput && isJsonObject(before) ? "different" : "narrower",
      "is no longer allowed: there are no other properties",
    );
  } else compareSchemas(comparison, inner, before, after);
}

function compareMaps(comparison: Comparison, place: Place, { keyword, before, after }: KeywordPair): void {
  const [old, now] = [isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {}];
  const limits = keyword === "patternProperties" || keyword === "dependentSchemas";
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const inner = below(below(place, keyword), name);
    const [was, is] = [own(old, name), own(now, name)];
    if (was !== undefined && is !== undefined) compareSchemas(comparison, inner, was, is);
    else if (was === undefined) note(comparison, inner, limits ? "narrower" : "none", "is new");
    else note(comparison, inner, limits ? "wider" : "different", "was removed");
  }
}

function comparePrefix(comparison: Comparison, place: Place, { before, after }: KeywordPair): void {
  const [old, now] = [listIn(before), listIn(after)];
  for (let index = 0; index < Math.max(old.length, now.length); index += 1) {
    comparePart(comparison, below(place, `[${index}]`), { was: old[index], is: now[index], added: "narrower" });
  }
}

/** The order of `allOf`, `anyOf` and `oneOf` means nothing, so what both have is the same wherever it stands. */
function compareAlternatives(comparison: Comparison, place: Place, { keyword, before, after }: KeywordPair): void {
  if (before === undefined || after === undefined) {
    const message = before === undefined ? "is new" : "was removed";
    note(comparison, below(place, keyword), before === undefined ? "narrower" : "wider", message);
    return;
  }
  const [old, now] = [listIn(before), listIn(after)];
  const was = old.filter((part) => !now.some((other) => sameJson(part, other)));
  const is = now.filter((part) => !old.some((other) => sameJson(part, other)));
  const added = ADDED[keyword] ?? addedAlternative(old, now);
  for (let index = 0; index < Math.max(was.length, is.length); index += 1) {
    comparePart(comparison, below(place, `${keyword}[${index}]`), { was: was[index], is: is[index], added });
  }
}

const ADDED: Readonly<Record<string, Direction>> = { allOf: "narrower", anyOf: "wider" };
const OPPOSITE: { readonly [Each in Direction]: Direction } = {
  narrower: "wider",
  wider: "narrower",
  none: "none",
  different: "different",
};

/** One of several schemas, of which one may not be there. */
function comparePart(
  comparison: Comparison,
  place: Place,
  { was, is, added }: { readonly was: Json | undefined; readonly is: Json | undefined; readonly added: Direction },
): void {
  if (was === undefined) note(comparison, place, added, "is new");
  else if (is === undefined) note(comparison, place, OPPOSITE[added], "was removed");
  // Where more may mean less, so may a change.
  else if (added === "different") note(comparison, place, "different", "changed");
  else compareSchemas(comparison, place, was, is);
}

/** Schemas within a schema, other than those of properties. */
function compareParts(comparison: Comparison, place: Place, pair: KeywordPair): void {
  const { keyword, before, after } = pair;
  const followed = keyword !== "not" && keyword !== "if";
  const inner = below(place, keyword === "items" ? "[]" : keyword);
  if (followed && before !== undefined && after !== undefined) compareSchemas(comparison, inner, before, after);
  else if (keyword === "if") note(comparison, inner, "different", keywordWords(pair));
  else if (before === undefined) note(comparison, inner, "narrower", keywordWords(pair));
  else note(comparison, inner, after === undefined ? "wider" : "different", keywordWords(pair));
}
