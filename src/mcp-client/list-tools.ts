import { type CallToolRequestOptions, type Client, isSpecType, type StandardSchemaV1 } from "@modelcontextprotocol/client";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { Tool } from "../model/tool.ts";
import { createOutputSchema, type OutputSchema } from "./output-schema.ts";
import { readTool } from "./read-tool.ts";

/** A tool with what calls of it need. */
export interface ServerTool {
  readonly tool: Tool;
  readonly output: OutputSchema | undefined;
  /** Present when it wants some of its arguments repeated as HTTP headers (2026-07-28). */
  readonly withHeaders: HeaderTool | undefined;
}

/** What the SDK needs of a tool to make the headers. Without an output schema, which it would compile for every call. */
type HeaderTool = NonNullable<CallToolRequestOptions["toolDefinition"]>;

/** All tools of a server, by name, in the server's order. */
export type ServerTools = ReadonlyMap<string, ServerTool>;

const PAGES_MAX = 1_000;
const TOOLS_MAX = 50_000;

/** Takes results as they came: a server's odd tool, or odd result, must not make all its others unusable. */
export const AS_SENT: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "tutti", validate: (value) => ({ value }) },
};

/**
 * Asks for all pages. Tools without a name are left out. A server whose list never ends is cut after 1,000 pages or
 * 50,000 tools, and one that repeats a cursor at once.
 *
 * @param note - is told what was left out or cut
 */
export async function listTools(client: Client, signal: AbortSignal, note: (text: string) => void): Promise<ServerTools> {
  const tools = new Map<string, ServerTool>();
  if (client.getServerCapabilities()?.tools === undefined) return tools;
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const params = cursor === undefined ? {} : { cursor };
    const page = await client.request({ method: "tools/list", params }, AS_SENT, { signal, timeout: NO_TIMEOUT_MS });
    for (const listed of toolsOfPage(page)) addTool(tools, listed, note);
    cursor = nextCursor(page);
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size >= PAGES_MAX || tools.size >= TOOLS_MAX)) {
      note(`its list of tools does not end; it is cut after ${tools.size} tools`);
      break;
    }
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return tools;
}

/** The SDK's own timers are left out of it: ours are given to it as signals. The longest delay of a timer. */
export const NO_TIMEOUT_MS = 2_147_483_647;

function toolsOfPage(page: unknown): readonly Json[] {
  const tools = isJsonObject(page) ? page["tools"] : undefined;
  return isJsonArray(tools) ? tools : [];
}

function nextCursor(page: unknown): string | undefined {
  const cursor = isJsonObject(page) ? page["nextCursor"] : undefined;
  return typeof cursor === "string" ? cursor : undefined;
}

function addTool(tools: Map<string, ServerTool>, listed: Json, note: (text: string) => void): void {
  const tool = readTool(listed);
  if (tool === undefined) return note("one of its tools has no name and is left out");
  const { name, outputSchema } = tool;
  const unusable = (reason: string): void => note(`the output schema of "${name}" cannot be used, so outputs are not checked: ${reason}`);
  const output = outputSchema === undefined ? undefined : createOutputSchema(outputSchema, unusable);
  tools.set(name, { tool, output, withHeaders: headerTool(tool) });
}

function headerTool({ name, inputSchema }: Tool): HeaderTool | undefined {
  const definition: unknown = { name, inputSchema };
  return JSON.stringify(inputSchema).includes('"x-mcp-header"') && isSpecType.Tool(definition) ? definition : undefined;
}
