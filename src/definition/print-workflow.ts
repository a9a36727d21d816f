import { stringify } from "yaml";
import { assert } from "../base/assert.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { Workflow } from "../model/workflow.ts";
import { fromWorkflow, WORKFLOW } from "./workflow-shape.ts";

/** A workflow as canonical YAML: `parseWorkflow` reads the same workflow from it. */
export function printWorkflow(workflow: Workflow): string {
  return stringify(workflowToDocument(workflow), PRINT_OPTIONS);
}

/** A workflow as the plain JSON of its canonical file: snake_case keys, durations as text, without what is the default. */
export function workflowToDocument(workflow: Workflow): JsonObject {
  const document = WORKFLOW.print(fromWorkflow(workflow));
  assert(isJsonObject(document), "a shape prints an object");
  return document;
}

/** Long lines stay whole, since a folded expression is hard to read; nothing is shared by anchors. */
const PRINT_OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false, schema: "core" } as const;
