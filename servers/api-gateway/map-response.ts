import { type Json, ToolError } from "tutti/server";
import type { MappedField } from "./read-apis-file.ts";

type Mapping = Readonly<Record<string, MappedField>>;

const ITEMS_MAX = 1_000;
const DEPTH_MAX = 10;

/** Takes out of an answer what the mapping names. @throws ToolError `TransformationError` - with everything that does not fit */
export function mapResponse(answer: Json, mapping: Mapping): Readonly<Record<string, Json>> {
  const problems: string[] = [];
  const mapped = mapObject(answer, mapping, { problems, where: "", depth: 0 });
  if (problems.length === 0) return mapped;
  const shown = problems.slice(0, 20).join("; ");
  throw new ToolError(`the answer of the API is not as expected: ${shown}`, {
    code: "TransformationError",
    details: { problems: problems.slice(0, 20) },
  });
}

interface Around {
  readonly problems: string[];
  /** Pointer to what is being mapped. */
  readonly where: string;
  readonly depth: number;
}

function mapObject(answer: Json, mapping: Mapping, around: Around): Readonly<Record<string, Json>> {
  const fields = Object.entries(mapping).flatMap(([target, field]): [string, Json][] => {
    const value = mapField(answer, field, around);
    return value === undefined ? [] : [[target, value]];
  });
  return Object.fromEntries(fields);
}

function mapField(answer: Json, field: MappedField, around: Around): Json | undefined {
  const { problems, where } = around;
  const place = `${where}${field.from}`;
  const found = atPointer(answer, field.from);
  if (found === undefined || found === null) {
    if (field.default !== undefined) return field.default;
    if (field.required) problems.push(`${place || "/"} is missing`);
    return undefined;
  }
  const value = converted(found, field.type);
  if (value === undefined) {
    problems.push(`${place || "/"} is no ${field.type}`);
    return undefined;
  }
  return field.each === undefined ? value : mapItems(value, field.each, { ...around, where: place, depth: around.depth + 1 });
}

function mapItems(value: Json, each: Mapping, around: Around): Json | undefined {
  if (!Array.isArray(value) || value.length > ITEMS_MAX || around.depth > DEPTH_MAX) {
    around.problems.push(`${around.where} is no list of at most ${ITEMS_MAX}`);
    return undefined;
  }
  return value.map((item, index) => mapObject(item, each, { ...around, where: `${around.where}/${index}` }) as Json);
}

/** RFC 6901. Members of prototypes are none of the answer. */
function atPointer(answer: Json, pointer: string): Json | undefined {
  if (pointer === "") return answer;
  let current: Json | undefined = answer;
  for (const part of pointer.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, Json>)[key];
  }
  return current;
}

/** Numbers and booleans may come as text; undefined when it is of another type. */
function converted(value: Json, type: MappedField["type"]): Json | undefined {
  switch (type) {
    case "any":
      return value;
    case "array":
      return Array.isArray(value) ? value : undefined;
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? value : undefined;
    case "string":
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : value === "true" || value === "false" ? value === "true" : undefined;
    case "number":
      return numberOf(value);
    case "integer":
      return Number.isSafeInteger(numberOf(value)) ? numberOf(value) : undefined;
  }
}

function numberOf(value: Json): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?\s*$/.test(value) ? finite(Number(value)) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
