import { fromJsonSchema, type StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/** What arguments or results must look like: a JSON Schema (2020-12), or a schema of zod, ArkType or another library of Standard Schema. */
export type SchemaSource = JsonObject | StandardSchemaWithJSON;

/** What a value is after it has been checked: what the schema's library says, or just JSON. */
export type ValueOf<Source extends SchemaSource, Otherwise> = Source extends StandardSchemaWithJSON
  ? StandardSchemaWithJSON.InferOutput<Source>
  : Otherwise;

/** A schema that is ready to be shown and to check values. */
export interface ToolSchema {
  readonly document: JsonObject;
  /** The value as the schema makes it (with its defaults), or what is wrong with it. */
  check(value: Json): Promise<SchemaVerdict>;
}

export type SchemaVerdict =
  | { readonly value: unknown; readonly problems?: undefined }
  | { readonly value?: undefined; readonly problems: readonly string[] };

const PROBLEMS_MAX = 20;

/**
 * @param io - whether it is of what goes in or of what comes out: defaults make a difference
 * @throws Error - when it is no schema of an object, which is all that MCP takes in every era
 */
export function toolSchema(source: SchemaSource, io: "input" | "output"): ToolSchema {
  const schema = isStandardSchema(source) ? source : fromJsonSchema(source);
  const standard = schema["~standard"];
  const document = standard.jsonSchema[io]({ target: "draft-2020-12" });
  if (!isJsonObject(document) || document["type"] !== "object") {
    throw new Error(`the ${io} schema must describe an object ("type": "object"), as it does in MCP`);
  }
  return {
    document,
    async check(value) {
      const verdict = await standard.validate(value);
      if (verdict.issues === undefined) return { value: verdict.value };
      return { problems: verdict.issues.slice(0, PROBLEMS_MAX).map(({ message, path = [] }) => problemText(message, path)) };
    },
  };
}

/** Shows the schema to the SDK and lets every value through: values are checked here, where the answer can be an envelope. */
export function shownSchema(document: JsonObject): StandardSchemaWithJSON {
  const jsonSchema = { input: () => document, output: () => document };
  return { "~standard": { version: 1, vendor: "tutti", jsonSchema, validate: (value) => ({ value }) } };
}

function isStandardSchema(source: SchemaSource): source is StandardSchemaWithJSON {
  return "~standard" in source;
}

function problemText(message: string, path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string {
  if (path.length === 0) return message;
  return `${path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")}: ${message}`;
}
