import { expect, test } from "vitest";
import type { HealthAnswer } from "./operator-routes.ts";
import { operatorRoutes } from "./operator-routes.ts";

const LOCAL = { host: "127.0.0.1:8113" };

function routes(
  health: () => Promise<HealthAnswer> = async () => ({ well: true, document: { status: "healthy" } }),
  onFault: (error: Error) => void = (error) => expect.fail(error.message),
) {
  return operatorRoutes({ metrics: () => ({ text: "a 1\n", type: "text/plain; version=0.0.4" }), health, onFault });
}

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(path: string, { headers = {}, ...init }: Asked = {}, app = routes()): Promise<Response> {
  return await app.fetch(new Request(`http://127.0.0.1:8113${path}`, { ...init, headers: { ...LOCAL, ...headers } }));
}

test("metrics come as text of their type, and are kept by nobody", async () => {
  const response = await ask("/metrics");
  expect([response.status, response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
    200,
    "text/plain; version=0.0.4",
    "no-store",
  ]);
  expect(await response.text()).toBe("a 1\n");
});

test.each(["GET", "POST"])("%s /health tells by its status whether work can be given to it", async (method) => {
  expect((await ask("/health", { method })).status).toBe(200);
  const ill = await ask(
    "/health",
    { method },
    routes(async () => ({ well: false, document: { status: "unhealthy" } })),
  );
  expect(ill.status).toBe(503);
  expect(await ill.json()).toEqual({ status: "unhealthy" });
});

test("what is asked in vain says what there is", async () => {
  expect(await (await ask("/live")).json()).toEqual({ status: "live" });
  const missing = await ask("/mcp");
  expect([missing.status, await missing.json()]).toEqual([404, { error: { message: "there are /metrics, /health and /live" } }]);
  const wrong = await ask("/health", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, POST"]);
});

test.each([
  ["127.0.0.1", 200],
  ["localhost:8113", 200],
  ["[::1]:8113", 200],
  ["127.9.9.9:1", 200],
  ["evil.example", 403],
  ["127.0.0.1.evil.example:8113", 403],
  ["localhost.evil.example", 403],
  ["10.0.0.1:8113", 403],
  ["a b", 403],
])("under the name %s it answers with %d", async (host, status) => {
  expect((await ask("/health", { headers: { host } })).status).toBe(status);
});

test.each([
  ["http://localhost:3000", 200],
  ["https://evil.example", 403],
  ["null", 403],
])("a page of %s is answered with %d", async (origin, status) => {
  expect((await ask("/health", { method: "POST", headers: { origin } })).status).toBe(status);
});

test("a request without a host is refused", async () => {
  const request = new Request("http://127.0.0.1/health");
  request.headers.delete("host");
  expect((await routes().fetch(request)).status).toBe(403);
});

test("a body that is larger than anything needs is not read", async () => {
  expect((await ask("/health", { method: "POST", body: "x".repeat(5_000), headers: { "content-length": "5000" } })).status).toBe(413);
});

test("what goes wrong inside is told to the process, and to nobody outside", async () => {
  const faults: string[] = [];
  const failing = async (): Promise<HealthAnswer> => {
    throw new Error("the password is hunter2");
  };
  const response = await ask(
    "/health",
    {},
    routes(failing, ({ message }) => faults.push(message)),
  );
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("hunter2");
  expect(faults).toEqual(["the password is hunter2"]);
});
