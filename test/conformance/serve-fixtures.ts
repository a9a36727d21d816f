import { systemClock } from "../../src/base/clock.ts";
import { randomIds } from "../../src/base/ids.ts";
import type { OperationGate } from "../../src/contract/operation-caller.ts";
import { createHttpApp } from "../../src/http/http-app.ts";
import { listen } from "../../src/http/listen.ts";
import { openMcpStack } from "../../src/mcp-server/mcp-stack.ts";
import { OperationTable } from "../../src/main/operation-table.ts";
import { createFixtureServer } from "./fixture-server.ts";
import { createFixtureWorld } from "./fixture-world.ts";

/** Serves what the conformance tests want to find as `tutti serve` does its own tools: the same listener, routes, stack. */
export async function serveFixtures(port: number): Promise<AsyncDisposable & { readonly url: string }> {
  const world = createFixtureWorld();
  const gate: OperationGate = { asks: false, admit: async () => ({ key: "anybody", operations: new OperationTable() }) };
  await using resources = new AsyncDisposableStack();
  const onFault = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  const stack = resources.use(
    openMcpStack({
      admit: async () => ({ key: "anybody" }),
      create: (context) => createFixtureServer(world, context),
      follow: (_, wanted, tell) => world.follow(wanted, tell),
      onFault,
      clock: systemClock,
    }),
  );
  const app = resources.use(
    createHttpApp({
      gate,
      operations: [],
      settings: { allowedHosts: [], allowedOrigins: [] },
      wide: false,
      operator: { metrics: () => ({ text: "", type: "text/plain" }), health: async () => ({ well: true, document: {} }) },
      mounts: [{ path: "/mcp", fetch: async (request) => await stack.fetch(request) }],
      clock: systemClock,
      ids: randomIds,
      version: "0",
      onFault,
    }),
  );
  const listening = resources.use(
    await listen((request, from) => app.fetch(request, from), { host: "127.0.0.1", port, clock: systemClock }),
  );
  const open = resources.move();
  return { url: `${listening.url}/mcp`, [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose]() };
}
