import { isJsonArray, isJsonObject } from "../base/json.ts";
import { scanTemplate, wholeExpression } from "../expression/scan-template.ts";
import type { Template } from "../model/workflow.ts";
import { type JsonType, type Schema, UNREADABLE } from "./schema.ts";

/**
 * What is known of the value of a template without evaluating it: the keys of its objects, and the types of its
 * literals.
 *
 * @param textTypes - what a string may become that is more than one expression: in the output of a workflow also null,
 *   when something that it reads is missing
 */
export function templateSchema(template: Template, textTypes: readonly JsonType[] = ["string"]): Schema {
  if (typeof template === "string") {
    return wholeExpression(scanTemplate(template)) === undefined ? { loose: false, type: textTypes } : UNREADABLE;
  }
  if (isJsonArray(template)) {
    return { loose: false, type: ["array"], prefixItems: template.map((part) => templateSchema(part, textTypes)), items: false };
  }
  if (isJsonObject(template)) {
    const properties = Object.fromEntries(Object.entries(template).map(([name, part]) => [name, templateSchema(part, textTypes)]));
    return { loose: false, type: ["object"], properties, additionalProperties: false };
  }
  if (template === null) return { loose: false, type: ["null"] };
  return { loose: false, type: [typeof template === "number" ? "number" : "boolean"] };
}
