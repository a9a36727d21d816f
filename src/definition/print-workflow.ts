import { Document, isScalar, visit } from "yaml";
import type { YAMLSeq } from "yaml";
import { assert } from "../base/assert.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { Workflow } from "../model/workflow.ts";
import { printDocument } from "./print-document.ts";
import { fromWorkflow, WORKFLOW } from "./workflow-shape.ts";

/** A workflow as canonical YAML: `parseWorkflow` reads the same workflow from it. */
export function printWorkflow(workflow: Workflow): string {
  const document = new Document(workflowToDocument(workflow), { aliasDuplicateObjects: false, schema: "core" });
  visit(document, {
    Seq(_key, list) {
      list.flow = isShort(list);
    },
  });
  return printDocument(document);
}

/** A workflow as the plain JSON of its canonical file: snake_case keys, durations as text, without what is the default. */
export function workflowToDocument(workflow: Workflow): JsonObject {
  const document = WORKFLOW.print(fromWorkflow(workflow));
  assert(isJsonObject(document), "a shape prints an object");
  return document;
}

/** Characters of a list of names that is printed in one line. */
const LONGEST_LINE = 60;

function isShort(list: YAMLSeq): boolean {
  const words = list.items.map((item) => (isScalar(item) && /^[\w.-]+$/.test(String(item.value)) ? String(item.value) : undefined));
  return words.every((word) => word !== undefined) && words.join(", ").length <= LONGEST_LINE;
}
