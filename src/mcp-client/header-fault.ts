import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/** A header name, as HTTP has them (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const KEY = "x-mcp-header";
const TYPES: ReadonlySet<Json> = new Set(["string", "integer", "boolean"]);
const DEPTH_MAX = 64;

/**
 * What is wrong with the headers into which a tool wants arguments copied; undefined when nothing is. Such a tool must not
 * be offered over HTTP: section "Custom Headers from Tool Parameters" of the transport, 2026-07-28.
 */
export function headerFault(inputSchema: JsonObject): string | undefined {
  const named = new Set<string>();
  const reachable = fault(inputSchema, named, 0);
  if (reachable !== undefined) return reachable;
  const mentioned = JSON.stringify(inputSchema).split(`"${KEY}":`).length - 1;
  return mentioned > named.size ? `"${KEY}" stands at something that is no property of the arguments` : undefined;
}

/** Only properties that can be reached through properties are asked for by name. */
function fault(schema: JsonObject, named: Set<string>, depth: number): string | undefined {
  const { properties } = schema;
  if (!isJsonObject(properties) || depth > DEPTH_MAX) return undefined;
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const own = KEY in property ? annotationFault(name, property, named) : undefined;
    const found = own ?? fault(property, named, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function annotationFault(name: string, property: JsonObject, named: Set<string>): string | undefined {
  const header = property[KEY];
  if (typeof header !== "string" || !HEADER_NAME.test(header)) return `the header of "${name}" has no name that HTTP knows`;
  if (!TYPES.has(property["type"] ?? null)) return `"${name}" is to be sent as a header, and is no string, integer or boolean`;
  const key = header.toLowerCase();
  if (named.has(key)) return `two arguments are to be sent as the header "${header}"`;
  named.add(key);
  return undefined;
}
