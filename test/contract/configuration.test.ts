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
    const own = definitionOf(schema, definitions);
    if (own !== undefined) return tableOf({ properties: own, definitions }, `${prefix}${key}.`);
    const each = isJsonObject(schema["additionalProperties"]) ? schema["additionalProperties"] : {};
    // Servers have a table of their own.
    const inner = nameOf(each) === "server" ? undefined : definitionOf(each, definitions);
    return inner === undefined ? [row] : [row, ...tableOf({ properties: inner, definitions }, `${prefix}${key}.<name>.`)];
  });
}

function nameOf(schema: JsonObject): string | undefined {
  return /^#\/\$defs\/(\w+)$/.exec(textOf(schema["$ref"]))?.[1];
}

/** The members of an object whose keys are known. */
function definitionOf(schema: JsonObject, definitions: SchemaDefinitions): JsonObject | undefined {
  const name = nameOf(schema);
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
  const ways = schema["anyOf"];
  if (isJsonArray(ways)) return ways.filter(isJsonObject).map(valueOf).join(" or ");
  const { items, type, pattern } = { items: schema["items"], type: schema["type"], pattern: textOf(schema["pattern"]) };
  if (type === "array") return `list of ${isJsonObject(items) ? valueOf(items) : "anything"}`;
  if (isJsonArray(type)) return "text, number, true or false";
  if (type === "integer") return `${JSON.stringify(schema["minimum"])} to ${JSON.stringify(schema["maximum"])}`;
  if (type === "boolean") return "true or false";
  if (type === "string") return pattern.includes("[A-Za-z]+[ _]?)+ *$") ? "duration" : "text";
  const each = schema["additionalProperties"];
  if (!isJsonObject(each)) return "object";
  return `object of ${each["$ref"] === undefined ? valueOf(each) : `${nameOf(each)}s`}`;
}

function withTable(text: string, name: string, rows: readonly string[]): string {
  const table = ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return text.replace(
    new RegExp(`(<!-- keys ${name} -->\n)[\\s\\S]*?(\n<!-- /keys ${name} -->)`),
    (_, open: string, close: string) => `${open}${table}${close}`,
  );
}
