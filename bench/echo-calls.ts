import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Meta } from "../src/envelope/meta.ts";
import type { CallRequest } from "../src/model/call.ts";
import type { CallGate } from "../src/ports/tool-caller.ts";
import { median } from "./figure.ts";

/** A server that answers at once: what a call costs beside it has nothing to hide behind. */
export const ECHO_SERVER: string = fileURLToPath(new URL("../test/support/servers/echo.ts", import.meta.url));

export const INPUT = { text: "hello" };

/** Of somebody who is told nothing. */
export const GATE: CallGate = { sending: () => Promise.resolve(), stage: () => undefined, progress: () => undefined };

/** A call of it that only reads, as the engine would make it. */
export function echoRequest(index: number, meta: Meta = {}): CallRequest {
  return {
    executionId: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55",
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
    meta,
    stepContext: { stepName: `step-${index}`, stepIndex: 1, totalSteps: CALLS },
    permissions: [],
  };
}

/** The bare call, as anybody can make it: the SDK's own `callTool`, to another process of the same server. */
export async function bareCalls(): Promise<{ readonly call: () => Promise<unknown> } & AsyncDisposable> {
  const client = new Client({ name: "floor", version: "0.0.0" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [ECHO_SERVER], stderr: "ignore" }));
  await client.listTools();
  return {
    call: () => client.callTool({ name: "echo", arguments: INPUT }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const CALLS = 1_000;

/** The median time of 1,000 calls one after the other, in microseconds. */
export async function p50OfCalls(call: (index: number) => Promise<unknown>): Promise<number> {
  const timesUs: number[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    const startMs = performance.now();
    await call(index);
    timesUs.push((performance.now() - startMs) * 1_000);
  }
  return median(timesUs);
}
