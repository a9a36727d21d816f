import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Json } from "../src/base/json.ts";
import type { CallOutcome } from "../src/model/call.ts";
import type { Connections, WireCall } from "../src/ports/connections.ts";
import { FakeConnections, readingTool } from "../test/support/fake-connections.ts";

/** A client of the SDK and a server of the SDK in one process, which hand messages to each other without a wire. */
export async function inProcessClient(): Promise<Client> {
  const server = new McpServer({ name: "echo", version: "1.0.0" });
  server.registerTool("echo", { inputSchema: z.looseObject({}), annotations: { readOnlyHint: true } }, (given) => ({
    content: [],
    structuredContent: given,
  }));
  const client = new Client({ name: "in-process", version: "0.0.0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  await client.listTools();
  return client;
}

/** The same client where the path of a call ends. */
export function inProcessConnections(client: Client): Connections {
  return new (class extends FakeConnections {
    override async call({ arguments: given, meta }: WireCall, observer: Parameters<Connections["call"]>[1]): Promise<CallOutcome> {
      observer.stage("sent");
      const { structuredContent } = await client.callTool({ name: "echo", arguments: given, _meta: meta });
      return { kind: "succeeded", output: structuredContent as Json };
    }
  })(["echo"], [readingTool("echo")]);
}
