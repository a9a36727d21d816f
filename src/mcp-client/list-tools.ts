import type { Client } from "@modelcontextprotocol/client";
import type { Ms } from "../base/duration.ts";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { headerFault } from "./header-fault.ts";
import { plainRequest } from "./plain-request.ts";
import { readTool } from "./read-tool.ts";
import { createServerTool, type ServerTool, type ServerTools } from "./server-tool.ts";

const PAGES_MAX = 1_000;
const TOOLS_MAX = 50_000;

/** What a server has listed, and for how long it may be kept; without `ttlMs` until the server says otherwise. */
export interface ListedTools {
  readonly tools: ServerTools;
  readonly ttlMs?: Ms;
}

/**
 * Asks for all pages. Tools without a name are left out. A server whose list never ends is cut after 1,000 pages or
 * 50,000 tools, and one that repeats a cursor at once.
 *
 * @param note - is told what was left out or cut
 */
export async function listTools(client: Client, signal: AbortSignal, note: (text: string) => void): Promise<ListedTools> {
  const tools = new Map<string, ServerTool>();
  if (client.getServerCapabilities()?.tools === undefined) return { tools };
  const cursors = new Set<string>();
  let cursor: string | undefined;
  const ttls: Ms[] = [];
  do {
    const params = cursor === undefined ? {} : { cursor };
    const page = await plainRequest(client, { method: "tools/list", params }, { signal });
    ttls.push(...ttlOfPage(page));
    for (const listed of toolsOfPage(page)) addTool(tools, listed, client, note);
    cursor = nextCursor(page);
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size >= PAGES_MAX || tools.size >= TOOLS_MAX)) {
      note(`its list of tools does not end; it is cut after ${tools.size} tools`);
      break;
    }
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return { tools, ...(keepsTime(client, ttls) ? { ttlMs: Math.min(...ttls) } : {}) };
}

/** Only the newer era says how long a list is good; whatever an older server means by the word is not that. */
function keepsTime(client: Client, ttls: readonly Ms[]): boolean {
  return ttls.length > 0 && client.getProtocolEra() === "modern";
}

function ttlOfPage(page: unknown): readonly Ms[] {
  const ttlMs = isJsonObject(page) ? page["ttlMs"] : undefined;
  return typeof ttlMs === "number" && ttlMs >= 0 ? [ttlMs] : [];
}

function toolsOfPage(page: unknown): readonly Json[] {
  const tools = isJsonObject(page) ? page["tools"] : undefined;
  return isJsonArray(tools) ? tools : [];
}

function nextCursor(page: unknown): string | undefined {
  const cursor = isJsonObject(page) ? page["nextCursor"] : undefined;
  return typeof cursor === "string" ? cursor : undefined;
}

function addTool(tools: Map<string, ServerTool>, listed: Json, client: Client, note: (text: string) => void): void {
  const tool = readTool(listed);
  if (tool === undefined) return note("one of its tools has no name and is left out");
  const fault = speaksHeaders(client) ? headerFault(tool.inputSchema) : undefined;
  if (fault === undefined) tools.set(tool.name, createServerTool(tool, note));
  else note(`its tool "${tool.name}" is left out: ${fault}`);
}

/** Elsewhere headers mean nothing. */
function speaksHeaders(client: Client): boolean {
  return client.getProtocolEra() === "modern" && client.transport !== undefined && "sendsHeaders" in client.transport;
}
