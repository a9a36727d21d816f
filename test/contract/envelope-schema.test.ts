import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { encodeEnvelope, parseEnvelope } from "../../src/envelope/envelope-codec.ts";
import { envelopeJsonSchema } from "../../src/envelope/envelope-json-schema.ts";
import { payloadJsonSchema, workflowRequest } from "../../src/envelope/payload-codec.ts";

const FOLDER = join(import.meta.dirname, "envelope-schema");

test("the published schema of the envelope changes on purpose only", async () => {
  const text = `${JSON.stringify(envelopeJsonSchema(), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(FOLDER, "envelope.schema.json"));
});

test("data is described by the schema that is given", () => {
  const validator = new Validator(envelopeJsonSchema(payloadJsonSchema(workflowRequest)), "2020-12", false);
  expect(validator.validate({ meta: {}, data: { operation: "process_order", parameters: {} } }).valid).toBe(true);
  expect(validator.validate({ meta: {}, data: { operation: "process_order" } }).valid).toBe(false);
});

test("docs/envelope.md names every field that the schema has", () => {
  const text = readFileSync("docs/envelope.md", "utf8");
  const fields = fieldsOf(envelopeJsonSchema());
  expect(fields.length).toBeGreaterThan(100);
  expect(fields.filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
});

function fieldsOf(schema: Json): readonly string[] {
  if (isJsonArray(schema)) return schema.flatMap(fieldsOf);
  if (!isJsonObject(schema)) return [];
  const properties = schema["properties"];
  return [...(isJsonObject(properties) ? Object.keys(properties) : []), ...Object.values(schema).flatMap(fieldsOf)];
}

/** What senders in other languages write: other names, ids of their own, sections in another place. */
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json") && name !== "envelope.schema.json");

test.each(files)("%s is read, and what is written of it is as the schema says", (name) => {
  const written = encodeEnvelope(parseEnvelope(readFileSync(join(FOLDER, name))));
  const { errors } = new Validator(envelopeJsonSchema(), "2020-12", false).validate(written);
  expect(errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)).toEqual([]);
  expect(parseEnvelope(JSON.stringify(written))).toEqual(parseEnvelope(readFileSync(join(FOLDER, name))));
});
