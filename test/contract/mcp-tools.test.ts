import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { llmsText } from "../../src/contract/llms-text.ts";
import { GUIDE_EXAMPLES, WORKFLOW_GUIDE } from "../../src/contract/workflow-guide.ts";
import { formatProblem } from "../../src/definition/format-problem.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { workflowJsonSchema } from "../../src/definition/workflow-json-schema.ts";
import { buildPlan } from "../../src/planner/build-plan.ts";
import { operationTools } from "../../src/mcp-server/operation-tools.ts";
import { catalogOf, closed } from "../support/catalog-of.ts";

const EXTENDED = operationTools("extended");

test("the tools that models are offered change on purpose only", async () => {
  const standard = operationTools("standard").map(({ listed }) => listed);
  const others = EXTENDED.map(({ listed }) => listed).slice(standard.length);
  expect(standard).toHaveLength(14);
  expect(EXTENDED.slice(0, 14).map(({ listed }) => listed)).toEqual(standard);
  await expect(`${JSON.stringify(standard, undefined, 2)}\n`).toMatchFileSnapshot("mcp/standard-tools.json");
  await expect(`${JSON.stringify(others, undefined, 2)}\n`).toMatchFileSnapshot("mcp/extended-tools.json");
});

test.each(EXTENDED)("every client understands the schemas of $listed.name", ({ listed }) => {
  expect(listed.name).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
  expect((listed.description ?? "").length).toBeGreaterThan(20);
  for (const schema of [listed.inputSchema, listed.outputSchema]) {
    expect(schema?.type).toBe("object");
    expect(refsIn(schema as Json).filter((ref) => typeof ref !== "string" || !ref.startsWith("#"))).toEqual([]);
    expect(() => new Validator(schema as object, "2020-12").validate({})).not.toThrow();
  }
});

test.each(operationTools("standard"))("a model is told what every argument of $listed.name means, and sees an example", ({ listed }) => {
  const undescribed = Object.entries(listed.inputSchema.properties ?? {}).filter(
    ([, schema]) => !keysIn(schema as Json).includes("description"),
  );
  expect(undescribed.map(([name]) => name)).toEqual([]);
  expect(listed.description).toContain("Example");
});

test("what a tool says of itself follows from what it does", () => {
  const hints = Object.fromEntries(EXTENDED.map(({ listed: { name, annotations } }) => [name, annotations]));
  expect(hints["list_workflows"]).toEqual({ readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false });
  expect(hints["create_workflow"]).toEqual({ readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false });
  expect(hints["execute_workflow"]).toMatchObject({ readOnlyHint: false, openWorldHint: true });
  expect(hints["delete_workflow"]).toMatchObject({ destructiveHint: true });
  expect(hints["cancel_execution"]).toMatchObject({ destructiveHint: true });
});

test("docs/llms.txt is what a serving process answers (vitest -u writes it)", async () => {
  await expect(llmsText()).toMatchFileSnapshot("../../docs/llms.txt");
});

/** The tools that the examples of the guide use, with all that they say of themselves. */
const CATALOG = catalogOf({
  files: {
    tools: {
      list_directory: {
        inputSchema: closed({ path: { type: "string" } }),
        outputSchema: closed({ names: { type: "array", items: { type: "string" } } }),
      },
      read_text_file: { inputSchema: closed({ path: { type: "string" } }), outputSchema: closed({ content: { type: "string" } }) },
      write_file: { inputSchema: closed({ path: { type: "string" }, content: { type: "string" } }) },
    },
  },
  writer: {
    tools: {
      summarize: {
        inputSchema: closed({ texts: { type: "array", items: { type: "string" } } }),
        outputSchema: closed({ text: { type: "string" } }),
      },
    },
  },
  stock: { tools: { check: { inputSchema: closed({ order: { type: "string" } }) } } },
  payments: {
    tools: {
      charge: {
        inputSchema: closed({ order: { type: "string" }, amount: { type: "number" } }),
        outputSchema: closed({ payment_id: { type: "string" } }),
      },
      refund: { inputSchema: closed({ payment: { type: "string" } }) },
    },
  },
  shipping: { tools: { send: { inputSchema: closed({ order: { type: "string" }, payment: { type: "string" } }) } } },
  audit: { tools: { record: { inputSchema: closed({ order: { type: "string" }, outcome: { type: "string" } }) } } },
});

/** What a workflow says of itself when it was exported, a spelling that only others use, and what is too rare for the guide. */
const UNTOLD = new Set(["status", "created_at", "updated_at", "created_by", "task_id", "schedule"]);

test("the guide names every key that a workflow may have", () => {
  const keys = namesIn(workflowJsonSchema()).filter((key) => !UNTOLD.has(key));
  expect(keys.length).toBeGreaterThan(60);
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(WORKFLOW_GUIDE))).toEqual([]);
});

/** The keys of all objects that a schema describes. */
function namesIn(schema: Json): readonly string[] {
  if (isJsonArray(schema)) return schema.flatMap(namesIn);
  if (!isJsonObject(schema)) return [];
  const properties = schema["properties"];
  return [...(isJsonObject(properties) ? Object.keys(properties) : []), ...Object.values(schema).flatMap(namesIn)];
}

test.each(GUIDE_EXAMPLES)("the example that $title parses, and plans without a doubt", ({ workflow: document }) => {
  const { workflow, problems } = parseWorkflow(JSON.stringify(document), "example");
  expect(problems.map(formatProblem)).toEqual([]);
  if (workflow === undefined) throw new Error("it is none");
  expect(buildPlan({ workflow, catalog: CATALOG, workflows: {} }).problems).toEqual([]);
});

/** Where they lead: nobody fetches anything to understand a tool. */
function refsIn(value: Json): readonly Json[] {
  if (isJsonArray(value)) return value.flatMap(refsIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === "$ref" ? [part] : refsIn(part)));
}

function keysIn(value: Json): readonly string[] {
  if (isJsonArray(value)) return value.flatMap(keysIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [key, ...keysIn(part)]);
}
