import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** What a call of a tool has come to: its document, or that it was refused for good. */
export type ToolAnswer = { readonly kind: "answer"; readonly document: Document } | { readonly kind: "refusal"; readonly text: string };

type Document = Readonly<Record<string, unknown>>;

/** Calls operations of a serving process; rejects when no answer came, and then nobody knows what was done. */
export interface ServedCaller extends AsyncDisposable {
  call(operation: ServedOperation, input: Document, signal: AbortSignal): Promise<ToolAnswer>;
}

/** An operation by its name, and how HTTP has it. */
export interface ServedOperation {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: (input: Document) => string;
}

export const CREATE: ServedOperation = { name: "create_workflow", method: "POST", path: () => "/workflows" };
export const EXECUTE: ServedOperation = {
  name: "execute_workflow",
  method: "POST",
  path: ({ workflow_id: id }) => `/workflows/${String(id)}/executions`,
};
export const GET: ServedOperation = { name: "get_workflow", method: "GET", path: ({ workflow_id: id }) => `/workflows/${String(id)}` };
export const STATUS: ServedOperation = {
  name: "get_workflow_status",
  method: "GET",
  path: ({ execution_id: id }) => `/executions/${String(id)}/status`,
};

/** In its path, so not again in the body. */
const IN_PATH: Readonly<Record<string, string>> = { execute_workflow: "workflow_id" };

/** Over the HTTP API. */
export function httpCaller(url: string): ServedCaller {
  return {
    async call({ name, method, path }, input, signal) {
      const { [IN_PATH[name] ?? ""]: _inPath, ...body } = input;
      const posted = method === "POST" ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
      const answer = await fetch(`${url}/api/v1${path(input)}`, { method, signal, ...posted });
      const text = await answer.text();
      if (answer.status === 503) throw new Error(text);
      return answer.ok ? { kind: "answer", document: JSON.parse(text) as Document } : { kind: "refusal", text: `${answer.status} ${text}` };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** As a tool of MCP, in a session that is begun anew when it is lost. */
export function mcpCaller(url: string): ServedCaller {
  let client: Client | undefined;
  const forget = async (): Promise<void> => {
    const lost = client;
    client = undefined;
    await lost?.close().catch(() => undefined);
  };
  return {
    async call({ name }, input, signal) {
      try {
        client ??= await connect(url, signal);
        const result = await client.callTool({ name, arguments: input }, { signal, timeout: 20_000 });
        if (result.isError !== true) return { kind: "answer", document: result.structuredContent as Document };
        return { kind: "refusal", text: JSON.stringify(result.content) };
      } catch (error) {
        await forget();
        throw error;
      }
    },
    [Symbol.asyncDispose]: forget,
  };
}

async function connect(url: string, signal: AbortSignal): Promise<Client> {
  const client = new Client({ name: "killer", version: "0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)), { signal });
  return client;
}
