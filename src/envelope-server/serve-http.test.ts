import { request } from "node:http";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineEnvelopeTool } from "./define-envelope-tool.ts";
import { serveEnvelopeTools } from "./serve-envelope-tools.ts";
import type { HealthAnswer } from "./serve-http.ts";

type Health = () => HealthAnswer | Promise<HealthAnswer>;

const echo = defineEnvelopeTool({
  name: "echo",
  description: "Gives what it is given",
  inputSchema: z.object({ value: z.json() }),
  execute: ({ data }) => ({ value: data.parameters.value }),
});

async function serving(health?: Health) {
  const options = { name: "s", version: "1.2.3", tools: [echo], ...(health === undefined ? {} : { health }) };
  const running = await serveEnvelopeTools(options, { kind: "http", port: 0 });
  const base = (running.url ?? "").replace("/mcp", "");
  return {
    base,
    get: async (path: string, init: RequestInit = {}) => await fetch(`${base}${path}`, init),
    [Symbol.asyncDispose]: async () => await running[Symbol.asyncDispose](),
  };
}

test.each<readonly [string, Health | undefined, number, object]>([
  ["nothing", undefined, 200, { status: "healthy", name: "s", version: "1.2.3" }],
  ["that it is well", () => ({ status: "healthy", rows: 3 }), 200, { status: "healthy", rows: 3 }],
  ["that some of it works", async () => ({ status: "degraded" }), 200, { status: "degraded" }],
  ["that it is not well", () => ({ status: "unhealthy", why: "no disk" }), 503, { status: "unhealthy", why: "no disk" }],
])("GET /health of a server that says %s", async (_, health, status, document) => {
  await using server = await serving(health);
  const response = await server.get("/health?from=monitoring");
  expect(response.status).toBe(status);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual(document);
  const head = await server.get("/health", { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([status, ""]);
});

test("a server that cannot say how it is, is unhealthy, and nobody learns why", async () => {
  await using server = await serving(() => {
    throw new Error("the password is hunter2");
  });
  const response = await server.get("/health");
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: "unhealthy" });
});

test.each(["/healthz", "/health/", "/mcp/health", "//health", "/"])("nothing is at %s", async (path) => {
  await using server = await serving();
  expect((await server.get(path)).status).toBe(404);
});

test("health is told to nobody who asks under another name or from a page elsewhere, and takes no POST", async () => {
  await using server = await serving();
  const asked = await server.get("/health", { headers: { origin: "https://example.com" } });
  expect(asked.status).toBe(403);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${server.base}/health`, { headers: { host: "rebound.example.com" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject).end();
  });
  expect(status).toBe(403);
  expect((await server.get("/health", { method: "POST", body: "{}" })).status).toBe(404);
});
