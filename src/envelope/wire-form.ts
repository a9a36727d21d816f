import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { wireName } from "../base/wire-name.ts";

/** How objects of one schema are renamed for the wire and back. What people put into them keeps its keys. */
export interface WireForm {
  /** snake_case, in the order of the schema; undefined members are left out. */
  toWire(value: object): JsonObject;
  /**
   * The names of inside for those of the wire, and for names that already are as inside. Unknown members are left out,
   * and so are those that are null, as some languages write what is absent, unless null is a value of theirs. Whether
   * the values are right is not asked.
   *
   * @param ambiguous - told of each member that is there under both names
   */
  toInside(document: object, ambiguous: (path: string) => void): Record<string, unknown>;
}

/** Follows a schema of {@link section}s; it is looked at once. */
export function wireForm(schema: z.ZodType): WireForm {
  const form = formOf(schema);
  if (form?.kind !== "object") throw new TypeError("only a section has a wire form");
  return {
    toWire: (value) => objectToWire(value, form) as JsonObject,
    toInside: (document, ambiguous) => objectToInside(document, form, { path: "", ambiguous }),
  };
}

interface ObjectForm {
  readonly kind: "object";
  readonly members: readonly Member[];
  /** By both of its names. */
  readonly byName: ReadonlyMap<string, Member>;
}

interface ListForm {
  readonly kind: "list";
  readonly element: ObjectForm | ListForm;
}

interface Member {
  readonly inside: string;
  readonly wire: string;
  /** Null is a value, and does not mean that there is none. */
  readonly nullable: boolean;
  /** Undefined for whatever is copied as it is. */
  readonly form: ObjectForm | ListForm | undefined;
}

function formOf(schema: z.core.$ZodType): ObjectForm | ListForm | undefined {
  if (schema instanceof z.ZodExactOptional) return formOf(schema.unwrap());
  if (schema instanceof z.ZodArray) {
    const element = formOf(schema.element);
    return element && { kind: "list", element };
  }
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const members = Object.entries(shape).map(([inside, member]): Member => ({
    inside,
    wire: wireName(inside),
    nullable: z.safeParse(member, null).success,
    form: formOf(member),
  }));
  return {
    kind: "object",
    members,
    byName: new Map(members.flatMap((member) => [[member.inside, member] as const, [member.wire, member] as const])),
  };
}

function toWire(value: unknown, form: ObjectForm | ListForm): unknown {
  if (form.kind === "object") return objectToWire(value as object, form);
  return (value as readonly unknown[]).map((element) => toWire(element, form.element));
}

function objectToWire(value: object, form: ObjectForm): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  const document: Record<string, unknown> = {};
  for (const { inside, wire, form: inner } of form.members) {
    const member = given[inside];
    if (member !== undefined) document[wire] = inner === undefined ? member : toWire(member, inner);
  }
  return document;
}

interface Reading {
  readonly path: string;
  readonly ambiguous: (path: string) => void;
}

/** Values that do not have the form are kept, so that the schema can say what is wrong with them. */
function toInside(value: unknown, form: ObjectForm | ListForm, reading: Reading): unknown {
  if (Array.isArray(value)) {
    if (form.kind !== "list") return value;
    return value.map((element, index) => toInside(element, form.element, { ...reading, path: `${reading.path}[${index}]` }));
  }
  return form.kind === "object" && typeof value === "object" && value !== null ? objectToInside(value, form, reading) : value;
}

/** Goes through the keys that the document itself has: never those that its prototype would lend it. */
function objectToInside(document: object, form: ObjectForm, reading: Reading): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [key, given] of Object.entries<unknown>(document as Record<string, unknown>)) {
    const member = form.byName.get(key);
    if (member === undefined || given === undefined || (given === null && !member.nullable)) continue;
    const { inside, wire, form: inner } = member;
    if (wire !== inside && Object.hasOwn(value, inside)) reading.ambiguous(`${reading.path}.${wire}`);
    value[inside] = inner === undefined ? given : toInside(given, inner, { ...reading, path: `${reading.path}.${wire}` });
  }
  return value;
}
