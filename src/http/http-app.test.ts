import { expect, test } from "vitest";
import { httpWorld } from "../../test/support/http-world.ts";

test("metrics come as text of their type, and are kept by nobody", async () => {
  await using world = httpWorld();
  const response = await world.ask("/metrics");
  expect([response.status, response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
    200,
    "text/plain; version=0.0.4",
    "no-store",
  ]);
  expect(await response.text()).toBe("a 1\n");
});

test.each(["GET", "POST"])("%s /health tells by its status whether work can be given to it", async (method) => {
  await using well = httpWorld();
  expect((await well.ask("/health", { method })).status).toBe(200);
  await using ill = httpWorld({
    operator: { metrics: () => ({ text: "", type: "" }), health: async () => ({ well: false, document: { status: "unhealthy" } }) },
  });
  const response = await ill.ask("/health", { method });
  expect([response.status, await response.json()]).toEqual([503, { status: "unhealthy" }]);
});

test("what is asked in vain says what there is", async () => {
  await using world = httpWorld();
  expect(await (await world.ask("/live")).json()).toEqual({ status: "live" });
  const missing = await world.ask("/elsewhere");
  expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: "http.not-found" } }]);
  const wrong = await world.ask("/health", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
});

test.each([
  ["127.0.0.1", 200, 200],
  ["localhost:8113", 200, 200],
  ["[::1]:8113", 200, 200],
  ["127.9.9.9:1", 200, 200],
  ["evil.example", 403, 403],
  ["127.0.0.1.evil.example:8113", 403, 403],
  ["localhost.evil.example", 403, 403],
  ["10.0.0.1:8113", 403, 200],
  ["[2001:db8::1]:8113", 403, 200],
  ["tutti.example", 200, 200],
  ["TUTTI.example:8113", 200, 200],
  ["other.example:8113", 200, 200],
  ["other.example:8114", 403, 403],
  ["a b", 403, 403],
])("under the name %s it answers with %d, and with %d where other machines reach it", async (host, near, far) => {
  for (const [wide, status] of [
    [false, near],
    [true, far],
  ] as const) {
    await using world = httpWorld({ wide, settings: { allowedHosts: ["tutti.example", "other.example:8113"], allowedOrigins: [] } });
    expect((await world.ask("/health", { headers: { host } })).status).toBe(status);
  }
});

test.each([
  ["http://localhost:3000", 200],
  ["https://evil.example", 403],
  ["https://good.example", 200],
  ["https://good.example.evil.example", 403],
  ["null", 403],
])("a page of %s is answered with %d, and may read the answer only then", async (origin, status) => {
  await using world = httpWorld({ settings: { allowedHosts: [], allowedOrigins: ["https://good.example/"] } });
  const response = await world.ask("/health", { method: "POST", headers: { origin } });
  expect(response.status).toBe(status);
  expect(response.headers.get("access-control-allow-origin")).toBe(status === 200 ? origin : null);
  const preflight = await world.ask("/api/v1/executions", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  expect(preflight.status).toBe(status === 200 ? 204 : 403);
});

test("a request without a host is refused", async () => {
  await using world = httpWorld();
  const request = new Request("http://127.0.0.1/health");
  request.headers.delete("host");
  expect((await world.app.fetch(request, { address: "" })).status).toBe(403);
});

test("a body that is larger than anything needs is not read", async () => {
  await using world = httpWorld();
  expect((await world.ask("/health", { body: "x".repeat(5_000), headers: { "content-length": "5000" } })).status).toBe(413);
});

test("what goes wrong inside is told to the process with the id of the request, and to nobody outside", async () => {
  const failing = async (): Promise<never> => {
    throw new Error("the password is hunter2");
  };
  const told: unknown[] = [];
  await using world = httpWorld({
    operator: { metrics: () => ({ text: "", type: "" }), health: failing },
    onFault: (error, about) => void told.push([(error as Error).message, about]),
  });
  const response = await world.ask("/health", { headers: { "x-request-id": "abc-1" } });
  expect([response.status, response.headers.get("x-request-id")]).toEqual([500, "abc-1"]);
  expect(await response.text()).not.toContain("hunter2");
  expect(told).toEqual([["the password is hunter2", { requestId: "abc-1", method: "GET", path: "/health" }]]);
});

test("an id that does not belong into a log is replaced", async () => {
  await using world = httpWorld();
  const response = await world.ask("/live", { headers: { "x-request-id": '{"level":"error"}' } });
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("what operators ask is for everybody on this machine, and beyond it for those who may read", async () => {
  await using near = httpWorld({ known: { secret: "acme" } });
  expect((await near.ask("/metrics")).status).toBe(200);
  await using far = httpWorld({ known: { secret: "acme" }, wide: true });
  for (const path of ["/metrics", "/health"]) expect((await far.ask(path)).status).toBe(401);
  expect((await far.ask("/live")).status).toBe(200);
});

test("other things are answered at their own paths, with what is known of who asks", async () => {
  await using world = httpWorld({
    mounts: [{ path: "/mcp", fetch: (request, { address }) => new Response(`${request.method} ${address}`) }],
    pages: { "/llms.txt": () => "read me" },
  });
  expect(await (await world.ask("/mcp", { method: "DELETE", address: "10.1.1.1" })).text()).toBe("DELETE 10.1.1.1");
  expect(await (await world.ask("/llms.txt")).text()).toBe("read me");
});

test("whoever comes while it ends is told so", async () => {
  const world = httpWorld();
  await world[Symbol.asyncDispose]();
  const response = await world.ask("/live");
  expect([response.status, response.headers.get("connection"), response.headers.get("retry-after")]).toEqual([503, "close", "1"]);
});
