import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { SourcePlace, TemplateReference } from "../expression/references.ts";
import type { Path } from "../model/problem.ts";
import type { Hole } from "./check-value.ts";
import { mayBeMissing } from "./check-fields.ts";
import { fieldSchema } from "./field-schema.ts";
import type { KnownValue, KnownValues } from "./known-values.ts";
import { describeTypes, possibleTypes, TYPES } from "./schema-types.ts";
import type { StepPart } from "./step-parts.ts";

const UNKNOWN: Hole = { types: TYPES.any, origin: "its value is not known yet" };
const MIXTURE: Hole = { types: TYPES.string, origin: "a text with an expression in it is a string" };
const SECRET: Hole = { types: TYPES.string, origin: "a secret is a string" };

/** Most templates have a few expressions, and then looking at all is faster than an index of them. */
const FEW = 8;

/** Tells what is known of each string of a part that holds expressions; undefined for a string without any. */
export function partHoles(part: StepPart, known: KnownValues): (path: Path) => Hole | undefined {
  const find = part.expressions.length <= FEW ? findAmongFew(part.expressions) : findAmongMany(part.expressions);
  return (path) => {
    const expression = find(path);
    if (expression === undefined) return undefined;
    return expression.whole ? wholeHole(part, expression, known) : MIXTURE;
  };
}

type Find = (path: Path) => TemplateReference | undefined;

function findAmongFew(expressions: StepPart["expressions"]): Find {
  return (path) =>
    expressions.find((expression) => expression.path.length === path.length && expression.path.every((key, at) => key === path[at]));
}

function findAmongMany(expressions: StepPart["expressions"]): Find {
  const byPath = new Map(expressions.map((expression) => [JSON.stringify(expression.path), expression]));
  return (path) => byPath.get(JSON.stringify(path));
}

/** Only an expression that is nothing but one read has a type that is known. */
function wholeHole(part: StepPart, expression: TemplateReference, known: KnownValues): Hole {
  const { plain, steps, inputs, secrets } = expression.references;
  if (secrets.length > 0) return SECRET;
  const [step] = steps;
  const [input] = inputs;
  const read = step ?? input;
  if (!plain || read === undefined || mayBeMissing(read)) return UNKNOWN;
  if (step?.path !== undefined) return readHole(known.output(step), step.path, textOf(part, expression, step));
  return input === undefined ? UNKNOWN : readHole(known.input(input), input.path, textOf(part, expression, input));
}

function readHole(value: KnownValue | undefined, path: Path, text: string): Hole {
  const schema = value === undefined ? undefined : fieldSchema(value.schema, path).schema;
  if (schema === undefined) return UNKNOWN; // A field that is not there is told by checkFields.
  const types = possibleTypes(schema);
  return { types, origin: `${text} is ${describeTypes(types)}${value?.tool === undefined ? "" : ` (${value.tool})`}` };
}

/** The read as the author has written it. */
function textOf(part: StepPart, expression: TemplateReference, { offset, length }: SourcePlace): string {
  let value: Json | undefined = part.template;
  for (const key of expression.path) {
    if (isJsonArray(value) && typeof key === "number") value = value[key];
    else if (isJsonObject(value)) value = value[key];
  }
  const start = expression.offset + offset;
  return typeof value === "string" ? value.slice(start, start + length) : "";
}
