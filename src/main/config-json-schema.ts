import type { JsonObject } from "../base/json.ts";
import type { SchemaDefinitions } from "../definition/value-type.ts";
import { configFile } from "./config-file.ts";

/** The JSON Schema (draft 2020-12) of `tutti.yaml`, for editors; made of the table that reads it. */
export function configJsonSchema(): JsonObject {
  const definitions: SchemaDefinitions = new Map();
  const root = configFile.schema(definitions);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tutti configuration",
    ...root,
    $defs: Object.fromEntries(definitions),
  };
}
