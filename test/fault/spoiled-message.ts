import type { Json, JsonObject } from "../../src/base/json.ts";

/** Messages as clients send them, to be spoiled: a request, a call, a notification, a batch of both eras. */
const MESSAGES: readonly Json[] = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "f", version: "0" } },
  },
  { jsonrpc: "2.0", id: 2, method: "tools/list", params: {} },
  { jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "list_workflows", arguments: { limit: 3 } } },
  {
    jsonrpc: "2.0",
    id: 4,
    method: "tools/call",
    params: { name: "create_workflow", arguments: { workflow_id: "fuzz", steps: [{ id: "a", value: 1 }] } },
  },
  { jsonrpc: "2.0", id: 5, method: "resources/read", params: { uri: "tutti://workflows/fuzz" } },
  { jsonrpc: "2.0", id: 6, method: "prompts/get", params: { name: "write-a-workflow", arguments: { goal: "x" } } },
  {
    jsonrpc: "2.0",
    id: 7,
    method: "completion/complete",
    params: { ref: { type: "ref/prompt", name: "fix-a-workflow" }, argument: { name: "workflow_id", value: "f" } },
  },
  { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 3 } },
  { jsonrpc: "2.0", id: 8, result: {} },
  [{ jsonrpc: "2.0", id: 9, method: "ping" }],
  {
    jsonrpc: "2.0",
    id: 10,
    method: "tools/call",
    params: {
      name: "get_workflow",
      arguments: { workflow_id: "fuzz" },
      _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} },
    },
  },
];

const ODD_VALUES: readonly Json[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  "",
  "\u0000",
  "\ud800",
  "../../etc/passwd",
  "${{ secrets.X }}",
  "💥".repeat(300),
  "x".repeat(70_000),
  [],
  {},
  [[[[[[[[]]]]]]]],
  { constructor: { prototype: { polluted: true } } },
];
const ODD_KEYS = ["__proto__", "constructor", "", "\u0000", "toString", "jsonrpc", "id", "method", "params", "_meta", "$ref"];

/** A message that is spoiled in one or more ways, as text; sometimes it is no JSON at all. */
export function spoiledMessage(random: () => number): string {
  const below = (most: number): number => Math.floor(random() * most);
  let message = structuredClone(MESSAGES[below(MESSAGES.length)] ?? null);
  for (let change = 0; change <= below(3); change += 1) message = spoiled(message, below);
  const text = JSON.stringify(message);
  switch (below(8)) {
    case 0:
      return text.slice(0, below(text.length));
    case 1:
      return text.replace(/[{}":,]/, "");
    case 2:
      return `${text}${text}`;
    case 3:
      return "[".repeat(1 + below(20_000));
    case 4: {
      const place = below(text.length);
      return `${text.slice(0, place)}${String.fromCodePoint(below(0xd7ff))}${text.slice(place)}`;
    }
    default:
      return text;
  }
}

/** The same with one of its parts replaced, added or taken away. */
function spoiled(value: Json, below: (most: number) => number): Json {
  const odd = (): Json => ODD_VALUES[below(ODD_VALUES.length)] ?? null;
  if (typeof value !== "object" || value === null || below(4) === 0) return below(2) === 0 ? odd() : value;
  if (Array.isArray(value)) return value.length === 0 ? [odd()] : value.map((item) => (below(2) === 0 ? spoiled(item, below) : item));
  const copy: Record<string, Json> = { ...(value as JsonObject) };
  const keys = Object.keys(copy);
  const key = keys[below(keys.length)] ?? "id";
  switch (below(3)) {
    case 0:
      delete copy[key];
      return copy;
    case 1:
      return { ...copy, [ODD_KEYS[below(ODD_KEYS.length)] ?? ""]: odd() };
    default:
      return { ...copy, [key]: spoiled(copy[key] ?? null, below) };
  }
}
