import type { JsonObject } from "../base/json.ts";
import { errorFields } from "./envelope-codec.ts";
import { metaJsonSchema } from "./meta-codec.ts";
import { snakeSchema } from "./snake-schema.ts";

/**
 * The JSON Schema (2020-12) of envelopes as they are written. Readers take more: other spellings, and fields that are
 * not known here.
 *
 * @param payload - the schema of `data`; any JSON without it
 */
export function envelopeJsonSchema(payload: JsonObject = {}): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tutti envelope",
    type: "object",
    properties: { meta: metaJsonSchema, data: payload, error: snakeSchema(errorFields) },
    required: ["meta"],
    anyOf: [{ required: ["data"] }, { required: ["error"] }],
  };
}
