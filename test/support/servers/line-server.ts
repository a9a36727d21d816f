import { createInterface } from "node:readline";

/** A JSON-RPC message as it came. */
export interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: unknown;
  readonly error?: { readonly message?: string };
}

export interface Params {
  readonly name?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly cursor?: string;
  readonly requestId?: string | number;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** What a server of the older era does. Written without the SDK, because most of the servers here must do it wrong. */
export interface LineServer {
  /** Default 2025-06-18. */
  readonly protocolVersion?: string;
  /** Beside tools. */
  readonly capabilities?: object;
  readonly tools?:
    | readonly object[]
    | ((cursor: string | undefined) => { readonly tools: readonly object[]; readonly nextCursor?: string });
  readonly call?: (id: string | number, params: Params) => void;
  /** Gets whatever has no place above. True when it has dealt with it; else requests are answered "method not found". */
  readonly other?: (message: Message) => boolean;
}

/** Writes one message. */
export function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

export function answer(id: string | number | undefined, result: object): void {
  send({ id, result });
}

export function answerText(id: string | number, text: string): void {
  answer(id, { content: [{ type: "text", text }] });
}

export function refuse(id: string | number | undefined, code: number, message: string, data?: unknown): void {
  send({ id, error: { code, message, data } });
}

/** A tool without any demands on its arguments. */
export function tool(name: string, more: object = {}): object {
  return { name, inputSchema: { type: "object" }, ...more };
}

/** Serves over stdio until stdin ends. */
export function serveLines(server: LineServer): void {
  createInterface({ input: process.stdin }).on("line", (line) => dispatch(server, JSON.parse(line) as Message));
}

function dispatch(server: LineServer, message: Message): void {
  const { id, method, params = {} } = message;
  if (method === "initialize") {
    answer(id, {
      protocolVersion: server.protocolVersion ?? "2025-06-18",
      capabilities: { tools: { listChanged: true }, ...server.capabilities },
      serverInfo: { name: "test", version: "1.0.0" },
    });
  } else if (method === "tools/list" && server.tools !== undefined) {
    answer(id, typeof server.tools === "function" ? server.tools(params.cursor) : { tools: server.tools });
  } else if (method === "tools/call" && id !== undefined && server.call !== undefined) server.call(id, params);
  else if (server.other?.(message) === true) return;
  else if (method === "ping") answer(id, {});
  else if (method !== undefined && id !== undefined) refuse(id, -32_601, "Method not found");
}
