import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import type { SchemaDefinitions } from "../../src/definition/value-type.ts";
import { configFile } from "../../src/main/config-file.ts";
import { serverEntry } from "../../src/main/server-entry.ts";

const PAGE = "docs/configuration.md";

test("docs/configuration.md has every key as the configuration takes it (vitest -u writes it)", async () => {
  const text = readFileSync(PAGE, "utf8");
  const withConfig = withTable(text, "config", tableOf(describe(configFile, "config"), ""));
  const withServer = withTable(withConfig, "server", tableOf(describe(serverEntry, "server"), ""));
  await expect(withServer).toMatchFileSnapshot(`../../${PAGE}`);
});

interface Described {
  readonly properties: JsonObject;
  readonly definitions: SchemaDefinitions;
}

function describe(type: { readonly schema: (definitions: SchemaDefinitions) => JsonObject }, name: string): Described {
  const definitions: SchemaDefinitions = new Map();
  type.schema(definitions);
  return { properties: members(definitions.get(name)?.["properties"]), definitions };
}

function tableOf({ properties, definitions }: Described, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    if (!isJsonObject(schema) || schema["deprecated"] === true) return [];
    const row = `| \`${prefix}${key}\` | ${valueOf(schema)} | ${textOf(schema["description"])} |`;
    const inner = definitionOf(schema, definitions);
    return inner === undefined ? [row] : tableOf({ properties: inner, definitions }, `${prefix}${key}.`);
  });
}

/** The members of an object whose keys are known. */
function definitionOf(schema: JsonObject, definitions: SchemaDefinitions): JsonObject | undefined {
  const name = /^#\/\$defs\/(\w+)$/.exec(textOf(schema["$ref"]))?.[1];
  return name === undefined ? undefined : members(definitions.get(name)?.["properties"]);
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function members(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function valueOf(schema: JsonObject): string {
  const words = schema["enum"];
  if (isJsonArray(words)) return words.map((word) => `\`${JSON.stringify(word).replaceAll('"', "")}\``).join(", ");
  if (schema["anyOf"] !== undefined) return "duration";
  if (schema["type"] === "array") return "list of text";
  if (schema["type"] === "integer") return `${JSON.stringify(schema["minimum"])} to ${JSON.stringify(schema["maximum"])}`;
  if (schema["type"] === "boolean") return "true or false";
  if (schema["type"] === "string") return "text";
  const each = schema["additionalProperties"];
  if (!isJsonObject(each)) return "object";
  return each["$ref"] === undefined ? `object of ${valueOf(each)}` : "object of servers";
}

function withTable(text: string, name: string, rows: readonly string[]): string {
  const table = ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return text.replace(
    new RegExp(`(<!-- keys ${name} -->\n)[\\s\\S]*?(\n<!-- /keys ${name} -->)`),
    (_, open: string, close: string) => `${open}${table}${close}`,
  );
}
