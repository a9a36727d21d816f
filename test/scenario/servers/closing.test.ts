import { expect, test } from "vitest";
import { defineEnvelopeTool, serveEnvelopeTools } from "../../../src/server.ts";
import { httpServer, openTestConnections } from "../../support/servers/test-connections.ts";

test.each(["legacy", "modern"] as const)(
  "a server that is closed tells its %s calls to stop, waits for them, and is gone",
  async (protocolEra) => {
    const begun = Promise.withResolvers<void>();
    const told: string[] = [];
    const linger = defineEnvelopeTool({
      name: "linger",
      description: "Waits until it is told to stop, and then cleans up",
      inputSchema: { type: "object" },
      async execute(_, { signal }) {
        begun.resolve();
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        told.push("told to stop");
        await Promise.resolve();
        told.push("cleaned up");
        return {};
      },
    });
    const server = await serveEnvelopeTools({ name: "lingering", version: "1.0.0", tools: [linger] }, { kind: "http", port: 0 });
    const { port } = new URL(server.url ?? "");
    await using world = openTestConnections(httpServer(server.url ?? "", { protocolEra }));
    const calling = world.call("linger");
    await begun.promise;
    await server[Symbol.asyncDispose]();
    expect(told).toEqual(["told to stop", "cleaned up"]);
    expect((await calling).kind).not.toBe("succeeded");
    await server.closed;
    // The port is free again.
    await using _next = await serveEnvelopeTools({ name: "next", version: "1.0.0", tools: [] }, { kind: "http", port: Number(port) });
    await expect(serveEnvelopeTools({ name: "late", version: "1.0.0", tools: [] }, { kind: "http", port: Number(port) })).rejects.toThrow(
      "EADDRINUSE",
    );
  },
);
