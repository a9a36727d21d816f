import type { McpWorld } from "./mcp-world.ts";

/** What a request of the newest revision says of its client. */
export interface ModernClient {
  readonly capabilities?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonRpcAnswer {
  readonly status: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Sends one request of revision 2026-07-28 by hand: the SDK's client does not let the results of extensions through. */
export async function modernRequest(
  world: Pick<McpWorld, "post">,
  method: string,
  params: Readonly<Record<string, unknown>>,
  { capabilities = {}, headers = {} }: ModernClient = {},
): Promise<JsonRpcAnswer> {
  const name = params["name"] ?? params["taskId"] ?? params["uri"];
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
  };
  const response = await world.post(
    { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } },
    { "mcp-protocol-version": "2026-07-28", "mcp-method": method, ...(typeof name === "string" ? { "mcp-name": name } : {}), ...headers },
  );
  const text = await response.text();
  const last = text.startsWith("{") ? text : (text.match(/(?<=^data: ).+$/gm)?.at(-1) ?? "{}");
  return { status: response.status, ...(JSON.parse(last) as object) };
}
