/** Repeats arguments over Streamable HTTP, with plain JSON for answers: the least that a server can do. */
import { listenRaw, readBody } from "../test/support/servers/http-listen.ts";
import { type Message, tool } from "../test/support/servers/line-server.ts";

await listenRaw(async (incoming, outgoing) => {
  if (incoming.method !== "POST") {
    outgoing.writeHead(405).end();
    return;
  }
  const { id, method, params = {} } = JSON.parse(await readBody(incoming)) as Message;
  if (id === undefined) {
    outgoing.writeHead(202).end();
    return;
  }
  const body = JSON.stringify({ jsonrpc: "2.0", id, ...answerOf(method, params.arguments ?? {}) });
  outgoing.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
});

function answerOf(method: string | undefined, given: object): object {
  switch (method) {
    case "initialize":
      return { result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "echo", version: "1.0.0" } } };
    case "tools/list":
      return { result: { tools: [tool("echo", { annotations: { readOnlyHint: true } })] } };
    case "tools/call":
      return { result: { content: [], structuredContent: given } };
    case "ping":
      return { result: {} };
    default:
      return { error: { code: -32_601, message: "there is no such method" } };
  }
}
