import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import type { Path } from "../model/problem.ts";
import type { InputSpec, Workflow } from "../model/workflow.ts";
import { schemaViolations } from "./schema-violations.ts";
import { quoted } from "../base/visible.ts";

/** Levels of nesting of an input. */
const DEEPEST = 200;

/** What an execution is started with. */
export interface CheckedInputs {
  /** What was given, with the defaults of what was not. */
  readonly inputs: JsonObject;
  /** Empty when an execution may start. Sentences without a final full stop, like those of `Problem`. */
  readonly problems: readonly string[];
}

/** What values are called, and who declares them. */
export interface InputWords {
  readonly one: string;
  readonly owner: string;
}

const OF_WORKFLOWS: InputWords = { one: "input", owner: "workflow" };

/** Compares inputs with what a workflow declares. Nothing is converted: `"5"` is no number. */
export function checkInputs(workflow: Pick<Workflow, "inputs">, given: JsonObject, words: InputWords = OF_WORKFLOWS): CheckedInputs {
  const declared = Object.keys(workflow.inputs);
  const inputs: Record<string, Json> = {};
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(workflow.inputs, name))
    .map((name) => unknownInput(name, declared, words));
  for (const [name, spec] of Object.entries(workflow.inputs)) {
    const value = Object.hasOwn(given, name) ? given[name] : spec["default"];
    if (value === undefined) problems.push(missingInput(name, spec, words));
    else {
      inputs[name] = value;
      problems.push(...inputProblems({ name, spec, value }, words));
    }
  }
  return { inputs, problems };
}

function unknownInput(name: string, declared: readonly string[], { one, owner }: InputWords): string {
  const suggestion = nearest(name, declared);
  if (suggestion !== undefined) return `unknown ${one} ${quoted(name)} - did you mean ${quoted(suggestion)}?`;
  const known = declared.length === 0 ? `the ${owner} has no ${one}s` : `known are ${declared.map((input) => quoted(input)).join(", ")}`;
  return `unknown ${one} ${quoted(name)} - ${known}`;
}

function missingInput(name: string, { type, description }: InputSpec, { one }: InputWords): string {
  const facts = [typeof type === "string" ? type : "", typeof description === "string" ? description : ""].filter((fact) => fact !== "");
  return `missing required ${one} ${quoted(name)}${facts.length > 0 ? ` (${facts.join(": ")})` : ""}`;
}

interface GivenInput {
  readonly name: string;
  readonly spec: InputSpec;
  readonly value: Json;
}

function inputProblems({ name, spec, value }: GivenInput, { one }: InputWords): readonly string[] {
  if (deeperThan(value, DEEPEST)) return [`${one} ${quoted(name)} is nested too deeply: at most ${DEEPEST} levels are allowed`];
  return schemaViolations(spec, value).map(({ path, message }) => `${one} ${quoted(written(name, path))} ${message}`);
}

function written(name: string, path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${part}`), name);
}

function deeperThan(value: Json, levels: number): boolean {
  if (!isJsonArray(value) && !isJsonObject(value)) return false;
  return levels === 0 || Object.values<Json>(value).some((part) => deeperThan(part, levels - 1));
}
