import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { systemClock } from "../src/base/clock.ts";
import { openConnections } from "../src/mcp-client/open-connections.ts";
import type { ServerConfig } from "../src/model/server.ts";
import type { AuditLog } from "../src/ports/audit.ts";
import type { Connections } from "../src/ports/connections.ts";
import { openAuditLog } from "../src/sqlite/audit-log.ts";
import { startListening } from "../test/support/servers/test-connections.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { measureStages } from "./call-path-stages.ts";
import { bareCalls, ECHO_SERVER, INPUT, p50OfCalls } from "./echo-calls.ts";
import { compare, type Figure } from "./figure.ts";
import { guardedPath, guardedRequest, guardedServer, makeCall } from "./guarded-path.ts";
import { inProcessClient, inProcessConnections } from "./in-process.ts";

const ROUNDS = 15;

/**
 * One call through the whole path with every stage at work, against the bare `callTool` of the SDK to another server of
 * the same kind: in process, over stdio and over Streamable HTTP; and where the time goes, stage by stage.
 */
export async function measureCallPath(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  await using audit = await openAuditLog({ directory: directory.path, clock: systemClock });
  return [await inProcess(audit), await overStdio(audit), await overHttp(audit), ...(await measureStages(audit))];
}

async function inProcess(audit: AuditLog): Promise<Figure> {
  const server = guardedServer({ kind: "stdio", command: "none", args: [], env: {} });
  const connections = inProcessConnections(await inProcessClient());
  const bare = await inProcessClient();
  return await measure("call-path-in-process", { connections, server, audit }, () => bare.callTool({ name: "echo", arguments: INPUT }));
}

async function overStdio(audit: AuditLog): Promise<Figure> {
  const server = guardedServer({ kind: "stdio", command: process.execPath, args: [ECHO_SERVER], env: {} });
  await using connections = connectionsTo(server);
  await using bare = await bareCalls();
  return await measure("call-path-stdio", { connections, server, audit }, bare.call);
}

async function overHttp(audit: AuditLog): Promise<Figure> {
  const program = "../../../bench/http-echo-server.ts";
  await using ours = await startListening(program);
  await using theirs = await startListening(program);
  const server = guardedServer({ kind: "http", url: ours.url, headers: {} });
  await using connections = connectionsTo(server);
  const bare = new Client({ name: "floor", version: "0.0.0" });
  await bare.connect(new StreamableHTTPClientTransport(new URL(theirs.url)));
  await bare.listTools();
  try {
    return await measure("call-path-http", { connections, server, audit }, () => bare.callTool({ name: "echo", arguments: INPUT }));
  } finally {
    await bare.close();
  }
}

function connectionsTo(server: ServerConfig): Connections {
  return openConnections({
    servers: [server],
    clock: systemClock,
    elicitor: { ask: () => Promise.resolve(undefined) },
    log: { write: () => undefined },
    clientVersion: "0.0.0",
  });
}

async function measure(
  name: string,
  ports: { readonly connections: Connections; readonly server: ServerConfig; readonly audit: AuditLog },
  bare: () => Promise<unknown>,
): Promise<Figure> {
  await using caller = guardedPath(ports);
  return await compare({
    name,
    unit: "us",
    rounds: ROUNDS,
    value: () => p50OfCalls((index) => makeCall(caller, guardedRequest(index))),
    floor: () => p50OfCalls(bare),
  });
}
