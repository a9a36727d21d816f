import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Servers } from "../ports/connections.ts";

/**
 * The names of the sensitive fields of a tool's arguments, beside those that are always sensitive; undefined when they
 * cannot be found out, and everything must count as sensitive. A promise while the server has to be asked.
 */
export type SensitiveFields = (server: string, tool: string, signal: AbortSignal) => Found | Promise<Found>;

type Found = readonly string[] | undefined;

/**
 * What the configuration of a server names, and what the input schemas of its tools mark with `writeOnly: true` or
 * `format: password`. Schemas are looked at once, until the server says that its tools have changed.
 */
export function sensitiveFields(servers: ReadonlyMap<string, ServerConfig>, about: Servers): SensitiveFields {
  const known = new Map<string, MarkedTools>();
  // Lives as long as their connections do.
  about.onToolsChanged((server) => known.delete(server));
  const fieldsOf = (tools: MarkedTools, server: string, tool: string): readonly string[] => [
    ...(servers.get(server)?.sensitive ?? []),
    ...(tools.get(tool) ?? []),
  ];
  const ask = async (server: string, tool: string, signal: AbortSignal): Promise<Found> => {
    const tools = await markedTools(about, server, signal);
    if (tools === undefined) return undefined;
    known.set(server, tools);
    return fieldsOf(tools, server, tool);
  };
  return (server, tool, signal) => {
    const tools = known.get(server);
    return tools === undefined ? ask(server, tool, signal) : fieldsOf(tools, server, tool);
  };
}

/** The names of marked fields, by tool. */
type MarkedTools = ReadonlyMap<string, readonly string[]>;

/** By tool. Undefined when the server cannot be asked: the call fails for the same reason. */
async function markedTools(about: Servers, server: string, signal: AbortSignal): Promise<MarkedTools | undefined> {
  try {
    const tools = await about.tools(server, signal);
    return new Map(tools.map(({ name, inputSchema }) => [name, markedFields(inputSchema)]));
  } catch {
    return undefined;
  }
}

/** The names of properties that a JSON Schema marks, wherever they are in it. */
export function markedFields(schema: JsonObject): readonly string[] {
  const names = new Set<string>();
  collect(schema, names);
  return [...names];
}

function collect(schema: Json, names: Set<string>): void {
  if (isJsonArray(schema)) for (const part of schema) collect(part, names);
  if (!isJsonObject(schema)) return;
  const { properties } = schema;
  for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
    if (isMarked(property)) names.add(name);
  }
  for (const part of Object.values(schema)) collect(part, names);
}

function isMarked(schema: Json): boolean {
  if (!isJsonObject(schema)) return false;
  return schema["writeOnly"] === true || schema["format"] === "password" || alternatives(schema).some(isMarked);
}

function alternatives(schema: JsonObject): readonly Json[] {
  return ["anyOf", "oneOf", "allOf"].flatMap((key) => {
    const parts = schema[key];
    return isJsonArray(parts) ? parts : [];
  });
}
