import { readFileSync } from "node:fs";
import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import type { SchemaDefinitions } from "../../src/definition/value-type.ts";
import { loadConfig } from "../../src/main/config.ts";
import { configJsonSchema } from "../../src/main/config-json-schema.ts";
import { configFile } from "../../src/main/config-file.ts";
import { SETTINGS_VARIABLES } from "../../src/main/environment-settings.ts";
import { serverEntry } from "../../src/main/server-entry.ts";
import { DEFAULT_BREAKER } from "../../src/model/default-breaker.ts";
import { DEFAULT_LIMITS } from "../../src/model/default-limits.ts";
import { PORT_TABLE } from "../../src/model/port-table.ts";
import { DEFAULT_RETRY_BUDGET } from "../../src/model/default-retry-budget.ts";
import { folderWith, problemsOf } from "../support/config-folder.ts";

const PAGE = "docs/configuration.md";

test("docs/configuration.md has every key as the configuration takes it (vitest -u writes it)", async () => {
  const text = readFileSync(PAGE, "utf8");
  const withConfig = withTable(text, "config", tableOf(describe(configFile, "config"), ""));
  const withServer = withTable(withConfig, "server", tableOf(describe(serverEntry, "server"), ""));
  const ports = PORT_TABLE.map(
    ({ port, service, type, project, purpose, status }) => `| ${port} | \`${service}\` | ${type} | ${project} | ${purpose} | ${status} |`,
  );
  const rows = ["| port | service | type | project | what for | status |", "| --- | --- | --- | --- | --- | --- |", ...ports].join("\n");
  const withPorts = withServer.replace(
    /(<!-- ports -->\n)[\s\S]*?(<!-- \/ports -->)/,
    (_, open: string, close: string) => `${open}${rows}\n${close}`,
  );
  expect(withPorts).toContain(rows);
  await expect(withPorts).toMatchFileSnapshot(`../../${PAGE}`);
});

test("every example of docs/configuration.md is a configuration without mistakes", () => {
  const examples = exampleTexts();
  expect(examples.length).toBeGreaterThan(3);
  for (const text of examples) {
    const certificates = [...text.matchAll(/certs\/[\w.-]+/g)].map(([file]) => [file, ""]);
    using folder = folderWith({
      "tutti.yaml": text,
      "mcp.json": '{"mcpServers": {"memory": {"command": "m"}}}',
      ...Object.fromEntries(certificates),
    });
    // The servers to which an example adds stand in a file that is not shown.
    const found = problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: EXAMPLE_ENVIRONMENT }));
    expect(found).toEqual([]);
  }
});

test("the published schema of tutti.yaml changes on purpose only (vitest -u writes it)", async () => {
  await expect(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot("config-schema/tutti.schema.json");
});

test("the published schema accepts every example, and refuses what the configuration refuses of shapes and keys", () => {
  const validator = new Validator({ ...configJsonSchema() }, "2020-12");
  for (const text of exampleTexts()) expect(validator.validate(parse(text)).errors).toEqual([]);
  for (const text of [
    "nope: 1",
    "serve: { port: 70000 }",
    "checks: { a: { nope: 1 } }",
    "api_keys: [{ name: a }]",
    "serve: { dashboard: x }",
  ]) {
    expect(validator.validate(parse(text)).valid).toBe(false);
  }
});

test("docs/configuration.md tells the limits that hold when nothing is said as they are", () => {
  const { callsPerReplica, callsInFlight, healthIntervalMs } = DEFAULT_LIMITS;
  const { failures, recoveryMs, halfOpenCalls, successes } = DEFAULT_BREAKER;
  const text = readFileSync(PAGE, "utf8").replaceAll(/\s+/g, " ");
  for (const part of [
    `${callsPerReplica} calls at once to each replica and ${callsInFlight} to all servers;`,
    `after ${failures} faults in a row a replica is left alone for ${recoveryMs / 1_000} s and then tried with ${halfOpenCalls} calls, of which ${successes} must succeed;`,
    `it is asked every ${healthIntervalMs / 1_000} s whether it is there.`,
  ])
    expect(text).toContain(part);
  expect([DEFAULT_RETRY_BUDGET, text]).toEqual([
    { share: 1 / 5, perSecond: 10 },
    expect.stringContaining("a fifth of the first attempts, and ten per second, may be repeated;"),
  ]);
});

test("docs/configuration.md tells of every variable of the environment that stands for a setting", () => {
  const text = readFileSync(PAGE, "utf8");
  for (const name of Object.values(SETTINGS_VARIABLES).flat()) expect(text).toContain(`| \`${name}\` | `);
});

function exampleTexts(): readonly string[] {
  return [...readFileSync(PAGE, "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
}

const EXAMPLE_ENVIRONMENT = { PAYMENTS_TOKEN: "t", CLUSTER_KEY: "k".repeat(64) };

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
    const inner = insideOf(schema, definitions);
    if (inner === undefined) return [row];
    // What a replica has as a server has it is told once.
    const others = Object.entries(inner.properties).filter(
      ([name, part]) => key !== "replicas" || kindOf(part) !== kindOf(properties[name]),
    );
    return [row, ...tableOf({ properties: Object.fromEntries(others), definitions }, `${prefix}${key}${inner.way}.`)];
  });
}

function kindOf(schema: Json | undefined): string {
  return JSON.stringify({ ...members(schema), description: "" });
}

/** The keys of what may stand there among other things, or of its parts; servers have a table of their own. */
function insideOf(
  schema: JsonObject,
  definitions: SchemaDefinitions,
): { readonly properties: JsonObject; readonly way: string } | undefined {
  const [each, item] = [schema["additionalProperties"], schema["items"]].map((part) => (isJsonObject(part) ? part : {}));
  const other = isJsonArray(schema["anyOf"]) ? schema["anyOf"].filter(isJsonObject).find((way) => nameOf(way) !== undefined) : undefined;
  for (const [part, way] of [
    [each, ".<name>"],
    [item, "[]"],
    [other, ""],
  ] as const) {
    const properties = part === undefined || nameOf(part) === "server" ? undefined : definitionOf(part, definitions);
    if (properties !== undefined) return { properties, way };
  }
  return undefined;
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
  const name = nameOf(schema);
  if (name !== undefined) return ["breaker", "rate_limit", "oauth"].includes(name) ? "object" : `${name.replaceAll("_", " ")}s`;
  if (isJsonArray(words)) return words.map((word) => `\`${JSON.stringify(word).replaceAll('"', "")}\``).join(", ");
  const ways = schema["anyOf"];
  if (isJsonArray(ways)) return ways.filter(isJsonObject).map(valueOf).join(" or ");
  const { items, type, pattern } = { items: schema["items"], type: schema["type"], pattern: textOf(schema["pattern"]) };
  if (type === "array") return `list of ${isJsonObject(items) ? valueOf(items) : "anything"}`;
  if (isJsonArray(type)) return "text, number, true or false";
  const range = [schema["minimum"], schema["maximum"]].map((limit) => JSON.stringify(limit));
  if (type === "integer") return schema["maximum"] === undefined ? "number" : range.join(" to ");
  if (type === "number") return `${range.join(" to ")}, also fractions`;
  if (type === "boolean") return "true or false";
  if (type === "string") return SHAPED.find(([part]) => pattern.includes(part))?.[1] ?? "text";
  const each = schema["additionalProperties"];
  if (!isJsonObject(each)) return "object";
  return `object of ${valueOf(each)}`;
}

/** What text is called that follows a pattern in which this occurs. */
const SHAPED = [
  ["?/ ?(", "rate"],
  ["[Ii]?)?[Bb]?", "size"],
  ["[A-Za-z]+[ _]?)+ *$", "duration"],
] as const;

function withTable(text: string, name: string, rows: readonly string[]): string {
  const table = ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return text.replace(
    new RegExp(`(<!-- keys ${name} -->\n)[\\s\\S]*?(\n<!-- /keys ${name} -->)`),
    (_, open: string, close: string) => `${open}${table}${close}`,
  );
}
