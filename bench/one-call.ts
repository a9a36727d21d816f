import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { systemClock } from "../src/base/clock.ts";
import { createToolCaller } from "../src/calls/call-path.ts";
import { rememberSecrets } from "../src/calls/remember-secrets.ts";
import { openConnections } from "../src/mcp-client/open-connections.ts";
import type { CallRequest } from "../src/model/call.ts";
import { compare, type Figure, median } from "./figure.ts";

const ROUNDS = 15;
const CALLS = 1_000;
const SERVER = fileURLToPath(new URL("../test/support/servers/echo.ts", import.meta.url));
const INPUT = { text: "hello" };

/**
 * The time of one call to a server over stdio that answers at once, through the whole path from the engine to the wire and back, with
 * a `read` effect. The floor is the SDK's own `callTool` to another process of the same server.
 */
export async function measureOneCall(): Promise<readonly Figure[]> {
  await using connections = openConnections({
    servers: [{ name: "echo", connection: stdio(), honoursIdempotencyKey: false, effects: {}, requires: {} }],
    clock: systemClock,
    elicitor: { ask: () => Promise.resolve(undefined) },
    log: { write: () => undefined },
    clientVersion: "0.0.0",
  });
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  const caller = createToolCaller({
    connections,
    servers: new Map(),
    secrets,
    clock: systemClock,
    limits: { total: 50, perServer: () => 5 },
  });
  const gate = { sending: () => Promise.resolve(), stage: () => undefined, progress: () => undefined };
  const { signal } = new AbortController();

  const client = new Client({ name: "floor", version: "0.0.0" });
  await client.connect(new StdioClientTransport({ ...stdio(), args: [SERVER], stderr: "ignore" }));
  await client.listTools();
  try {
    const figure = await compare({
      name: "one-call",
      unit: "us",
      rounds: ROUNDS,
      value: () => p50OfCalls((index) => caller.call(request(index), gate, signal)),
      floor: () => p50OfCalls(() => client.callTool({ name: "echo", arguments: INPUT })),
    });
    return [figure];
  } finally {
    await client.close();
  }
}

function stdio(): {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
} {
  return { kind: "stdio", command: process.execPath, args: [SERVER], env: {} };
}

function request(index: number): CallRequest {
  return {
    executionId: "bench",
    workflowId: "bench",
    call: { step: `step-${index}` },
    attempt: 1,
    server: "echo",
    tool: "echo",
    input: INPUT,
    secrets: [],
    effect: "read",
    timeoutMs: 30_000,
    idempotencyKey: `bench/${index}`,
    meta: {},
    permissions: [],
  };
}

async function p50OfCalls(call: (index: number) => Promise<unknown>): Promise<number> {
  const timesUs: number[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    const startMs = performance.now();
    await call(index);
    timesUs.push((performance.now() - startMs) * 1_000);
  }
  return median(timesUs);
}
