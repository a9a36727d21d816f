import { systemClock } from "../../src/base/clock.ts";
import { openTls } from "../../src/base/tls-material.ts";
import { connectHttp } from "../../src/mcp-client/connect-http.ts";
import { createClient } from "../../src/mcp-client/create-client.ts";
import type { SessionPorts } from "../../src/mcp-client/session-ports.ts";

/** Uses one of everything that a server has, over Tutti's own transport: also what Tutti itself asks no server for. */
export async function useEverything(url: string): Promise<void> {
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  const ports: SessionPorts = {
    server: "tested",
    clock: systemClock,
    elicitor: { ask: async () => undefined },
    log: { write: ({ text }) => note(text) },
    tls: async () => openTls({}, { clock: systemClock, note }),
    clientVersion: "0",
  };
  const plan = {
    ports,
    createClient: () => createClient(ports, new Set(), () => undefined),
    fixedEra: undefined,
    knownEra: undefined,
    timeoutMs: 20_000,
  };
  const { client, transport } = await connectHttp({ kind: "http", url, headers: {} }, plan, AbortSignal.timeout(25_000));
  const [tool] = (await client.listTools()).tools;
  if (tool !== undefined) await client.callTool({ name: tool.name, arguments: {} });
  const [resource] = (await client.listResources()).resources;
  if (resource !== undefined) await client.readResource({ uri: resource.uri });
  const [prompt] = (await client.listPrompts()).prompts;
  if (prompt !== undefined) await client.getPrompt({ name: prompt.name, arguments: {} });
  await client.close();
  await transport.close();
}
