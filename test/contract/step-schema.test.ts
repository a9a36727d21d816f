import { expect, test } from "vitest";
import * as z from "zod";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { createWorkflow } from "../../src/contract/create-workflow.ts";
import { STEP_SCHEMA } from "../../src/contract/step-schema.ts";
import { workflowJsonSchema } from "../../src/definition/workflow-json-schema.ts";

/** Spellings that whoever writes a workflow for the first time need not know. */
const LEFT_OUT = new Set(["task_id", "arguments", "id", "status", "created_at", "updated_at", "created_by"]);

function keysOf(schema: Json | undefined): readonly string[] {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  return isJsonObject(properties) ? Object.keys(properties).toSorted() : [];
}

function partOf(name: string): Json | undefined {
  const definitions = workflowJsonSchema()["$defs"];
  return isJsonObject(definitions) ? definitions[name] : undefined;
}

function choicesOf(schema: Json | undefined, key: string): Json | undefined {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  const member = isJsonObject(properties) ? properties[key] : undefined;
  return isJsonObject(member) && isJsonArray(member["enum"]) ? member["enum"] : undefined;
}

test("whoever creates a workflow is told every key of a step that there is, and none that there is not", () => {
  const there = keysOf(partOf("step")).filter((key) => key !== "task_id" && key !== "arguments");
  expect(keysOf(STEP_SCHEMA)).toEqual(there);
});

test.each(["type", "enforcement", "validation", "effect", "on_error"])("the choices for %s are those that are read", (key) => {
  expect(choicesOf(STEP_SCHEMA, key)).toEqual(choicesOf(partOf("step"), key));
});

test("whoever creates a workflow is told every key of a workflow", () => {
  const input = z.toJSONSchema(createWorkflow.input, { io: "input" }) as Json;
  const there = keysOf(partOf("workflow")).filter((key) => !LEFT_OUT.has(key));
  expect(keysOf(input)).toEqual([...there, "request_key"].toSorted());
  expect(input).toMatchObject({ required: ["workflow_id", "steps"] });
});
