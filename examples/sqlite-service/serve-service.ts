import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { callService } from "./call-service.ts";
import { openStore } from "./open-store.ts";
import { type JsonObject, Refusal, type Service } from "./service.ts";
import { makeTrouble } from "./trouble.ts";

/** Serves a service over stdio. Its file is in the directory that STATE_DIR names, else in `out`. */
export function serveService(name: string, service: Service): void {
  const database = openStore(service.store, process.env["STATE_DIR"] ?? "out");
  const createServer = (): McpServer => {
    const server = new McpServer({ name, version: "1.0.0" });
    for (const { name: tool, description, effect, input, output } of service.tools) {
      const annotations = { readOnlyHint: effect === "reads", idempotentHint: effect !== "changes", openWorldHint: false };
      server.registerTool(tool, { description, annotations, inputSchema: input, outputSchema: output }, async (given, { mcpReq }) => {
        try {
          await makeTrouble(service.title, tool);
          const call = { tool, arguments: given as JsonObject, ...contextOf(mcpReq._meta ?? {}), now: new Date() };
          const answer = callService(service, database, call);
          return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return { content: [{ type: "text", text: error.message }], isError: true };
        }
      });
    }
    return server;
  };
  serveStdio(createServer);
  // Whoever asked has gone: what was not begun is not done.
  process.stdin.on("end", () => process.exit(0));
}

/** Tutti sends the tenant and the idempotency key beside the arguments. */
function contextOf(meta: Readonly<Record<string, unknown>>): { readonly tenant: string; readonly key?: string } {
  const context = meta["dev.tutti/context"] as { readonly tenant?: string } | undefined;
  const key = meta["dev.tutti/idempotency-key"];
  return { tenant: context?.tenant ?? "acme", ...(typeof key === "string" ? { key } : {}) };
}
