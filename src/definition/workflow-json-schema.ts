import type { JsonObject } from "../base/json.ts";
import type { SchemaDefinitions } from "./value-type.ts";
import { WORKFLOW } from "./workflow-shape.ts";

/**
 * The JSON Schema (draft 2020-12) of workflow files, for editors. It is made of the same table that reads them; what
 * only a reader of the whole file can know, such as whether a step exists, is not in it.
 */
export function workflowJsonSchema(): JsonObject {
  const definitions: SchemaDefinitions = new Map();
  const root = WORKFLOW.schema(definitions);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tutti workflow",
    ...root,
    $defs: Object.fromEntries(definitions),
  };
}
