import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { formatProblem } from "../../src/definition/format-problem.ts";
import { formatWorkflowText } from "../../src/definition/format-workflow-text.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { printWorkflow, workflowToDocument } from "../../src/definition/print-workflow.ts";
import { workflowJsonSchema } from "../../src/definition/workflow-json-schema.ts";
import { anyWorkflow } from "../support/any-workflow.ts";

/** Workflow files that are right; together they have every key and every other spelling. */
const FOLDER = join(import.meta.dirname, "workflow-schema");
const files = readdirSync(FOLDER).filter((name) => /\.(yaml|json)$/.test(name) && name !== "workflow.schema.json");
const textOf = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

test("the published schema changes on purpose only", async () => {
  await expect(`${JSON.stringify(workflowJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot(join(FOLDER, "workflow.schema.json"));
});

test.each(files)("%s reads without an error, and the schema accepts it", (name) => {
  const { workflow, problems } = parseWorkflow(textOf(name), name);
  expect(problems.filter(({ severity }) => severity === "error").map(formatProblem)).toEqual([]);
  expect(workflow).toBeDefined();
  expect(schemaErrors(parse(textOf(name)))).toEqual([]);
});

test.each(files)("%s stays the same workflow when it is printed or formatted", (name) => {
  const { workflow } = parseWorkflow(textOf(name), name);
  expect(workflow && parseWorkflow(printWorkflow(workflow), name).workflow).toEqual(workflow);
  const formatted = formatWorkflowText(textOf(name), name).text;
  expect(parseWorkflow(formatted, name).workflow).toEqual(workflow);
  expect(formatWorkflowText(formatted, name).text).toBe(formatted);
  expect(commentsOf(formatted)).toEqual(commentsOf(textOf(name)));
});

test.each(files)("the schema refuses an unknown key in every object of %s that has known keys", (name) => {
  const document = parse(textOf(name)) as Json;
  for (const path of objectsWithKnownKeys(document)) {
    expect({ path, errors: schemaErrors(withKey(document, path)).length > 0 }).toEqual({ path, errors: true });
    expect({ path, workflow: parseWorkflow(JSON.stringify(withKey(document, path)), name).workflow }).toEqual({
      path,
      workflow: undefined,
    });
  }
});

test("the schema accepts whatever is printed", () => {
  fc.assert(
    fc.property(anyWorkflow(), (workflow) => {
      expect(schemaErrors(workflowToDocument(workflow))).toEqual([]);
    }),
  );
});

test("the files together have every key that the schema knows", () => {
  const used = new Set(files.flatMap((name) => keysIn(parse(textOf(name)) as Json)));
  const definitions = workflowJsonSchema()["$defs"];
  const known = Object.values(isJsonObject(definitions) ? definitions : {}).flatMap((part) => {
    const properties = isJsonObject(part) ? part["properties"] : undefined;
    return Object.keys(isJsonObject(properties) ? properties : {});
  });
  expect(known.filter((key) => !used.has(key))).toEqual([]);
});

/** All comments, whatever their place. */
function commentsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:^|\s)# (.*)$/gm), ([, comment = ""]) => comment.trim()).sort();
}

function schemaErrors(document: unknown): readonly string[] {
  const { errors } = new Validator(workflowJsonSchema(), "2020-12", false).validate(document);
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

type Keys = readonly (string | number)[];

/** Arguments, values, schemas, metadata and the names of what is shared are the author's own; all other objects have known keys. */
const FREE = new Set(["with", "parameters", "arguments", "value", "inputs", "metadata", "output", "for_each", "leases"]);

function objectsWithKnownKeys(value: Json, path: Keys = []): readonly Keys[] {
  if (isJsonArray(value)) return value.flatMap((entry, index) => objectsWithKnownKeys(entry, [...path, index]));
  if (!isJsonObject(value)) return [];
  const inner = Object.entries(value).filter(([key]) => !FREE.has(key));
  return [path, ...inner.flatMap(([key, part]) => objectsWithKnownKeys(part, [...path, key]))];
}

function withKey(value: Json, [key, ...rest]: Keys): Json {
  if (key === undefined) return { ...(value as JsonObject), xyzzy: 1 };
  if (isJsonArray(value)) return value.map((entry, index) => (index === key ? withKey(entry, rest) : entry));
  const object = value as JsonObject;
  return { ...object, [key]: withKey(object[key] ?? null, rest) };
}

function keysIn(value: Json): readonly string[] {
  if (isJsonArray(value)) return value.flatMap(keysIn);
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, part]) => [key, ...keysIn(part)]) : [];
}
