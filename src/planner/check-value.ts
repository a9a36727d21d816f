import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import type { Path } from "../model/problem.ts";
import type { Template } from "../model/workflow.ts";
import { isListed, numberFault, sizeFault, stringFault } from "./literal-faults.ts";
import type { Schema, SchemaObject } from "./schema.ts";
import { possibleTypes, typeOf, type TypeSet } from "./schema-types.ts";
import { didYouMean, hintAt, type NameHint } from "./unknown-name.ts";
import * as mismatch from "./value-mismatch.ts";

/** What is known of the value of a string with expressions before it is evaluated. */
export interface Hole {
  readonly types: TypeSet;
  /** For messages: `steps.inventory.output.total is a string (inventory.check)`. */
  readonly origin: string;
}

/** A value that is to be given to somebody, and what that somebody takes. */
export interface ValueCheck {
  readonly value: Template;
  readonly schema: Schema;
  readonly taker: mismatch.Taker;
  /** Asked for each string that has `${{` in it, by its path. Undefined when there is no expression in it after all. */
  readonly hole: (path: Path) => Hole | undefined;
}

/**
 * Compares a value, of which parts may not be known yet, with a JSON Schema. Only what is surely wrong is told: a part
 * that is not known fits everything.
 *
 * @returns at most about twenty mismatches, with paths within the value
 */
export function checkValue(check: ValueCheck): readonly mismatch.Mismatch[] {
  const search: Search = { check, found: [], warnings: [], sure: true, budget: { left: SCHEMAS_MAX, depth: 0 } };
  visit(search, check.schema, { value: check.value, path: [] });
  return search.warnings.length === 0 ? search.found : [...search.found, ...search.warnings];
}

/** Schemas entered for one value. Alternatives within alternatives grow exponentially, and servers write them. */
const SCHEMAS_MAX = 20_000;
const FOUND_MAX = 20;
/** Levels of value and schema together: a schema may be nothing but a reference to itself. */
const DEPTH_MAX = 500;

interface Search {
  readonly check: ValueCheck;
  readonly found: mismatch.Mismatch[];
  readonly warnings: mismatch.Mismatch[];
  /** What has been seen is known to fit. With nothing found but not sure, it may fit. */
  sure: boolean;
  readonly budget: { left: number; depth: number };
}

interface Part<Value extends Json = Json> {
  readonly value: Value;
  readonly path: Path;
}

function visit(search: Search, schema: Schema, part: Part): void {
  search.budget.left -= 1;
  if (search.budget.left < 0 || search.budget.depth >= DEPTH_MAX || search.found.length >= FOUND_MAX) {
    search.sure = false;
    return;
  }
  if (schema === true) return;
  const hole = holeAt(search, part);
  if ((possibleTypes(schema) & (hole?.types ?? typeOf(part.value))) === 0) {
    const found = hole === undefined ? `not ${mismatch.describeLiteral(part.value)}` : `but ${hole.origin}`;
    search.found.push(mismatch.wrongType(search.check.taker, part.path, { allowed: possibleTypes(schema), found }));
  } else if (hole !== undefined || schema === false) search.sure = false;
  else {
    search.budget.depth += 1;
    visitKnown(search, schema, part);
    search.budget.depth -= 1;
  }
}

function holeAt(search: Search, { value, path }: Part): Hole | undefined {
  return typeof value === "string" && value.includes("${{") ? search.check.hole(path) : undefined;
}

function visitKnown(search: Search, schema: SchemaObject, part: Part): void {
  const { value, path } = part;
  if (schema.loose) search.sure = false;
  if (typeof value === "number") report(search, path, numberFault(schema, value));
  else if (typeof value === "string") visitText(search, schema, { value, path });
  else if (isJsonArray(value)) visitList(search, schema, { value, path });
  else if (isJsonObject(value)) visitObject(search, schema, { value, path });
  if (isListed(schema, value) === false) visitUnlisted(search, schema, part);
  for (const every of schema.allOf ?? []) visit(search, every, part);
  if (schema.anyOf !== undefined) visitAlternatives(search, schema.anyOf, part);
  // A value that fits two alternatives of a `oneOf` is let pass: many authors write it where they mean `anyOf`.
  if (schema.oneOf !== undefined && visitAlternatives(search, schema.oneOf, part) > 1) search.sure = false;
  visitConditions(search, schema, part);
}

function visitText(search: Search, schema: SchemaObject, { value, path }: Part<string>): void {
  if (schema.pattern !== undefined) search.sure = false; // Not every pattern can be checked.
  report(search, path, stringFault(schema, value));
}

function report(search: Search, path: Path, fault: string | undefined): void {
  if (fault !== undefined) search.found.push(mismatch.invalidValue(search.check.taker, path, fault));
}

/** The value is none of those that the schema lists. */
function visitUnlisted(search: Search, schema: SchemaObject, { value, path }: Part): void {
  if (typeof value === "object" && value !== null) {
    search.sure = false; // It may hold expressions, and then become one of them.
    return;
  }
  const choices = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  const words = choices.filter((choice) => typeof choice === "string");
  const suggestion = typeof value === "string" ? nearest(value, words) : undefined;
  const list = `${choices.length === 1 ? "" : "one of "}${choices.slice(0, 10).map(mismatch.quoted).join(", ")}${choices.length > 10 ? ", ..." : ""}`;
  const hint = suggestion === undefined ? "" : didYouMean(suggestion).text;
  search.found.push({
    ...mismatch.invalidValue(search.check.taker, path, `must be ${list}, not ${mismatch.quoted(value)}${hint}`),
    code: mismatch.NOT_LISTED,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function visitList(search: Search, schema: SchemaObject, { value, path }: Part<readonly Json[]>): void {
  report(search, path, sizeFault(value.length, { min: schema.minItems, max: schema.maxItems, part: "element" }));
  if (schema.uniqueItems === true) search.sure = false; // Elements that are equal now may not be when they are evaluated.
  for (const [index, element] of value.entries()) {
    visit(search, schema.prefixItems?.[index] ?? schema.items ?? true, { value: element, path: [...path, index] });
  }
}

function visitObject(search: Search, schema: SchemaObject, object: Part<JsonObject>): void {
  const { value, path } = object;
  const names = Object.keys(value);
  report(search, path, sizeFault(names.length, { min: schema.minProperties, max: schema.maxProperties, part: "member" }));
  for (const name of schema.required ?? []) requireMember(search, schema, { ...object, name });
  for (const name of names) {
    const member = { value: value[name] as Json, path: [...path, name] };
    const known = own(schema.properties, name);
    if (known !== undefined) visit(search, known, member);
    else if (schema.additionalProperties === false) reportUnknown(search, schema, { ...object, name });
    else if (schema.additionalProperties !== undefined) visit(search, schema.additionalProperties, member);
    else warnIfMisspelled(search, schema, { ...object, name });
    if (schema.propertyNames !== undefined) visit(search, schema.propertyNames, { value: name, path: member.path });
    for (const other of own(schema.dependentRequired, name) ?? []) requireMember(search, schema, { ...object, name: other });
    visit(search, own(schema.dependentSchemas, name) ?? true, object);
  }
}

/** A property that is called "constructor" is not the one that every object inherits. */
function own<Value>(members: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}

type Member = Part<JsonObject> & { readonly name: string };

function requireMember(search: Search, schema: SchemaObject, { value, path, name }: Member): void {
  if (Object.hasOwn(value, name)) return;
  const types = possibleTypes(own(schema.properties, name) ?? true);
  search.found.push(mismatch.missingMember(search.check.taker, path, { name, types }));
}

function reportUnknown(search: Search, schema: SchemaObject, member: Member): void {
  const hint = hintAtMember(schema, member);
  search.found.push(mismatch.unknownMember(search.check.taker, member.path, { name: member.name, closed: true, hint }));
}

/** An open object takes any member, but one that is nearly called like a known one is probably a slip. */
function warnIfMisspelled(search: Search, schema: SchemaObject, member: Member): void {
  if (schema.loose || schema.properties === undefined) return;
  if (schema.allOf !== undefined || schema.anyOf !== undefined || schema.oneOf !== undefined) return; // Those may know it.
  const hint = hintAtMember(schema, member);
  if (hint.suggestion === undefined) return;
  search.warnings.push(mismatch.unknownMember(search.check.taker, member.path, { name: member.name, closed: false, hint }));
}

/** A name that is there already was not meant by another one. */
function hintAtMember({ properties = {} }: SchemaObject, { value, name }: Member): NameHint {
  const known = Object.keys(properties);
  const absent = known.filter((other) => !Object.hasOwn(value, other));
  return hintAt(name, known, absent);
}

/** Looks at the value apart, without saying what is found. */
function attempt(search: Search, schema: Schema, part: Part): Search {
  const trial: Search = { ...search, found: [], warnings: [], sure: true };
  visit(trial, schema, part);
  return trial;
}

/** @returns how many of the alternatives the value may fit */
function visitAlternatives(search: Search, alternatives: readonly Schema[], part: Part): number {
  const trials = alternatives.map((alternative) => attempt(search, alternative, part));
  const possible = trials.filter((trial) => trial.found.length === 0);
  if (!possible.some((trial) => trial.sure)) search.sure = false;
  if (possible.length > 0) return possible.length;
  const meant = alternativeMeant(trials, part.path);
  if (meant === undefined) report(search, part.path, `must have one of the ${alternatives.length} forms that are allowed`);
  else search.found.push(...meant.found);
  return 0;
}

/** The one alternative whose type, and whose constants one level down, the value has. */
function alternativeMeant(trials: readonly Search[], path: Path): Search | undefined {
  const ofType = trials.filter(
    (trial) => !trial.found.some((found) => found.code === mismatch.WRONG_TYPE && found.path.length === path.length),
  );
  const ofKind = ofType.filter(
    (trial) => !trial.found.some((found) => found.code === mismatch.NOT_LISTED && found.path.length === path.length + 1),
  );
  if (ofKind.length === 1) return ofKind[0];
  return ofType.length === 1 ? ofType[0] : undefined;
}

function visitConditions(search: Search, schema: SchemaObject, part: Part): void {
  if (schema.not !== undefined) {
    const trial = attempt(search, schema.not, part);
    if (trial.found.length === 0 && trial.sure) report(search, part.path, "must not have this form");
    else if (trial.found.length === 0) search.sure = false;
  }
  if (schema.if !== undefined) {
    const trial = attempt(search, schema.if, part);
    if (trial.found.length > 0) visit(search, schema.else ?? true, part);
    else if (trial.sure) visit(search, schema.then ?? true, part);
    else search.sure = false;
  }
}
