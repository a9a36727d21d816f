import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openExchange } from "../kit/files/exchange.ts";
import { catchingServer } from "./catching-server.ts";
import { openIntegration } from "./open-integration.ts";
import { tinyModel } from "./tiny-model.ts";
import { newSecret, signature } from "./webhook-signature.ts";

const LONG = { timeout: 30_000, interval: 10 };

/** Every way to say "this machine" or "that network" that somebody may think of. */
const FORBIDDEN_URLS = [
  "http://127.0.0.1:1/",
  "http://localhost:1/",
  "http://0.0.0.0/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://[::1]/",
  "http://[::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://10.0.0.1/",
  "http://192.168.0.1/",
  "http://172.16.0.1/",
  "http://100.64.0.1/",
  "http://224.0.0.1/",
  "http://[fe80::1]/",
  "http://[fd00::1]/",
  "http://user:password@example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "",
  "\u0000",
  "http://",
  "http://exa mple.com/",
];

test("no address of this machine or of a private network is called, nor set up as a webhook", async () => {
  const { server } = await opened();
  for (const url of FORBIDDEN_URLS) {
    expect(`${url}: ${await server.refusal("rest_call", { url })}`).not.toContain("tool failed");
    // A name is looked up when it is called, and may mean another address then.
    if (url !== "http://localhost:1/") await server.refusal("webhook_setup", { name: "evil", url });
  }
});

test("a redirect leads to no place that may not be called, and takes no credentials along", async () => {
  const { server, catcher } = await opened({ answer: () => ({ status: 302, headers: { location: "http://169.254.169.254/" } }) });
  expect(await server.refusal("rest_call", { url: catcher.url, headers: { authorization: "secret" } })).toContain("169.254.169.254");
  await server.call("webhook_setup", { name: "shop", url: catcher.url });
  const sent = await server.call("webhook_setup", { emit: { event: "a", data: null }, wait_ms: 1 });
  expect(sent).toMatchObject({ deliveries: [{ webhook: "shop" }] });
  await vi.waitFor(() => expect(catcher.caught.length).toBeGreaterThanOrEqual(2), LONG);
});

test("nothing that breaks out of a header or a body is sent", async () => {
  const { server, catcher } = await opened();
  const { url } = catcher;
  for (const headers of [
    { "x-a": "b\r\nx-evil: yes" },
    { "x-a\r\nx-evil": "yes" },
    { host: "evil.example" },
    { "content-length": "5" },
    { "transfer-encoding": "chunked" },
    { "": "x" },
    { "x-a": "\u0000" },
  ]) {
    expect(await server.refusal("rest_call", { url, headers })).not.toContain("tool failed");
  }
  expect(await server.refusal("rest_call", { url, method: "CONNECT" })).toContain("method");
  expect(await server.refusal("rest_call", { url, method: "GET", body: "x" })).toContain("has no body");
  expect(await server.refusal("rest_call", { url, method: "POST", body: "x".repeat(1_000_001) })).toContain("a body has at most");
  expect(catcher.caught).toEqual([]);
});

test("a secret of a connection is not told with the escapes of JSON, in numbers, or when the interface redirects for ever", async () => {
  const body = '{"a":"Bearer k3y\\/with\\u002bsigns","k3y\\/with+signs":1234567890}';
  const { server, catcher } = await opened({
    answer: ({ path }) => {
      if (path.startsWith("/again")) return { status: 302, headers: { location: "/again?key=k3y/with%2Bsigns" } };
      return {
        status: path.startsWith("/bad") ? 400 : 200,
        headers: { "content-type": path.startsWith("/text") ? "a/b" : "application/json" },
        body,
      };
    },
    more: { API_KEY: "k3y/with+signs", PASSWORD: "1234567890" },
    connections: (url) => ({
      shop: { base_url: url, auth: { kind: "api_key", key_env: "API_KEY", query: "key" } },
      bank: { base_url: url, auth: { kind: "bearer", token_env: "PASSWORD" } },
    }),
  });
  const hidden = { a: "Bearer [secret]", "[secret]": 1_234_567_890 };
  expect(await server.call("rest_call", { connection: "shop", path: "/json" })).toMatchObject({ body: hidden });
  expect(await server.call("rest_call", { connection: "shop", path: "/text" })).toMatchObject({ body: JSON.stringify(hidden) });
  expect(await server.refusal("rest_call", { connection: "shop", path: "/bad" })).toContain(JSON.stringify(hidden));
  expect(await server.refusal("rest_call", { connection: "shop", path: "/again" })).toBe(`${catcher.host} redirects more than 5 times`);
  expect(await server.call("rest_call", { connection: "bank", path: "/json" })).toMatchObject({
    body: { "k3y/with+signs": "[secret]" },
  });
});

test("an answer that is too large, or never ends, is given up", async () => {
  const { server, catcher } = await opened({ answer: ({ path }) => (path === "/never" ? undefined : { body: "x".repeat(800_000) }) });
  expect(await server.refusal("rest_call", { url: catcher.url })).toContain("700000");
  expect(await server.refusal("rest_call", { url: `${catcher.url}/never`, timeout_ms: 50 })).toContain("50 ms");
});

test("a tenant whose calls are slow keeps no other one out", async () => {
  const { server, catcher } = await opened({ answer: () => undefined });
  const callers = new AbortController();
  const { signal } = callers;
  const asked = Array.from({ length: 101 }, () => server.refusal("rest_call", { url: catcher.url }, { signal }));
  expect(await Promise.race(asked)).toContain("100 calls of this tenant are under way");
  expect(await server.refusal("rest_call", { url: "http://127.0.0.1:1/" }, { tenant: "globex" })).toContain("no public address");
  callers.abort();
  await Promise.all(asked);
  expect(await server.call("get_server_status")).toMatchObject({ facts: { rest_calls_in_flight: 0 } });
});

test("an event that was taken has arrived, whatever the receiver says besides", async () => {
  const { server, catcher } = await opened({ answer: () => ({ headers: { "content-encoding": "zstd" }, body: "x".repeat(2_000_000) }) });
  await server.call("webhook_setup", { name: "shop", url: catcher.url });
  const sent = await server.call("webhook_setup", { emit: { event: "order.paid", data: 7 }, wait_ms: 30_000 });
  expect(sent).toMatchObject({ deliveries: [{ status: "delivered", attempts: 1 }] });
});

test("only what the holder of the secret has signed just now is taken, and only once", async () => {
  const { server } = await opened();
  const secret = newSecret();
  const { receive_url: url } = await server.call<{ receive_url: string }>("webhook_setup", { name: "in", path: "/hook", secret });
  const now = Math.floor(Date.now() / 1_000);
  const body = '{"type":"a"}';
  const signed = (id: string, timestamp: number, with_ = secret, text = body) => ({
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature({ id, timestamp, body: text }, with_),
  });
  const post = async (headers: Record<string, string>, text: string | Uint8Array<ArrayBuffer> = body, to = url): Promise<number> =>
    (await fetch(to, { method: "POST", headers, body: text })).status;
  const deep = `{"type":"a","data":${"[".repeat(2_000)}${"]".repeat(2_000)}}`;
  const attacks: [string, number, () => Promise<number>][] = [
    ["no headers", 401, async () => await post({})],
    ["another secret", 401, async () => await post(signed("m-1", now, newSecret()))],
    ["another body", 401, async () => await post(signed("m-1", now), '{"type":"b"}')],
    ["another id", 401, async () => await post({ ...signed("m-1", now), "webhook-id": "m-2" })],
    ["another time", 401, async () => await post({ ...signed("m-1", now), "webhook-timestamp": String(now + 1) })],
    ["an old time", 401, async () => await post(signed("m-1", now - 400))],
    ["a time to come", 401, async () => await post(signed("m-1", now + 400))],
    ["no number as the time", 401, async () => await post({ ...signed("m-1", now), "webhook-timestamp": "NaN" })],
    [
      "another version",
      401,
      async () =>
        await post({ ...signed("m-1", now), "webhook-signature": signed("m-1", now)["webhook-signature"].replace("v1,", "v1a,") }),
    ],
    ["an empty signature", 401, async () => await post({ ...signed("m-1", now), "webhook-signature": "v1," })],
    ["an empty id", 401, async () => await post(signed("", now))],
    ["a dot that moves", 401, async () => await post({ ...signed("m", now, secret, `1.${body}`), "webhook-id": `m.${now}.1` })],
    ["no JSON", 400, async () => await post(signed("m-3", now, secret, "hello"), "hello")],
    ["a mark before JSON", 400, async () => await post(signed("m-3", now, secret, `\ufeff${body}`), `\ufeff${body}`)],
    ["JSON without a bottom", 400, async () => await post(signed("m-3", now, secret, deep), deep)],
    ["another path", 404, async () => await post(signed("m-1", now), body, `${url}/more`)],
    ["a path that climbs", 404, async () => await post(signed("m-1", now), body, url.replace("/hook", "/x/..%2fhook"))],
    ["no webhook", 404, async () => await post(signed("m-1", now), body, url.replace(/wh_[0-9a-f]{16}/, "wh_0000000000000000"))],
    ["too much", 413, async () => await post(signed("m-1", now), "x".repeat(300_000))],
  ];
  for (const [what, status, attack] of attacks) expect([what, await attack()]).toEqual([what, status]);
  const good = signed("m-1", now);
  const together = await Promise.all([post(good), post(good), post(good)]);
  expect(together.sort()).toEqual([200, 409, 409]);
  expect(await server.call("webhook_setup", { name: "in", received: {} })).toMatchObject({ events_received: [{ message_id: "m-1" }] });
});

test("arguments that are odd are refused or harmless", async () => {
  const { server } = await opened();
  const odd: [string, object][] = [
    ["webhook_setup", { name: "\u0000" }],
    ["webhook_setup", { name: "\ud800" }],
    ["webhook_setup", { name: "" }],
    ["webhook_setup", { name: "x", path: "/../x" }],
    ["webhook_setup", { name: "x", secret: "whsec_short" }],
    ["webhook_setup", { name: "x", secret: "not a secret" }],
    ["webhook_setup", { name: "nobody", emit: { event: "a", data: 1 } }],
    ["webhook_setup", { emit: { event: "a", data: "x".repeat(300_000) } }],
    ["webhook_setup", { resend: "msg_0" }],
    ["api_key_mgmt", { action: "create" }],
    ["api_key_mgmt", { action: "revoke", name: "__proto__" }],
    ["api_key_mgmt", { action: "create", name: "x", expires_in_days: -1 }],
    ["api_key_mgmt", { action: "create", name: "x", environment: "../x" }],
    ["rate_limit", { action: "set", name: "x" }],
    ["rate_limit", { action: "set", name: "x", limit: 0, window_seconds: 1 }],
    ["rate_limit", { action: "set", name: "x", limit: 1e300, window_seconds: 1 }],
    ["rate_limit", { action: "consume", name: "constructor" }],
    ["model_deploy", { name: "../x", version: "1", file: "x" }],
    ["model_deploy", { name: "x", version: "1/..", file: "x" }],
    ["model_deploy", { name: "x" }],
    ["model_deploy", { name: "x", version: "1", file: "/etc/passwd" }],
    ["rest_call", {}],
    ["rest_call", { url: "http://example.com", connection: "x" }],
    ["rest_call", { connection: "__proto__", path: "/" }],
  ];
  for (const [tool, parameters] of odd) expect(await server.refusal(tool, parameters)).not.toContain("tool failed");
  await server.call("rate_limit", { action: "set", name: "__proto__", limit: 1, window_seconds: 1 });
  expect(await server.refusal("rate_limit", { action: "consume", name: "__proto__", cost: 2 })).toContain("more than the whole limit");
  expect(await server.call("rate_limit", { action: "list" })).toMatchObject({ limits: [{ name: "__proto__" }] });
});

test("questions to a model that are odd are refused, and the model goes on", async () => {
  const { server, exchange } = await opened();
  await exchange("one.onnx", tinyModel({ anna: 1, ["__proto__"]: 5 }, { book: 10 }));
  const { url } = await server.call<{ url: string }>("model_deploy", { file: "one.onnx", name: "shop", version: "1" });
  const json = { "content-type": "application/json" };
  const post = async (body: string, headers: Record<string, string> = json, to = url): Promise<number> =>
    (await fetch(to, { method: "POST", headers, body })).status;
  const attacks: [string, number, () => Promise<number>][] = [
    ["no JSON", 400, async () => await post("{")],
    ["nothing", 400, async () => await post("")],
    ["null", 400, async () => await post("null")],
    ["no pairs", 400, async () => await post('{"users":[],"items":[]}')],
    ["odd numbers", 400, async () => await post('{"users":["anna"],"items":["book","book"]}')],
    ["an unknown item", 400, async () => await post('{"users":["anna"],"items":["constructor"]}')],
    ["too many", 400, async () => await post(JSON.stringify({ pairs: Array.from({ length: 10_001 }, () => ["anna", "book"]) }))],
    ["something else too", 400, async () => await post('{"users":["anna"],"items":["book"],"more":1}')],
    ["another type", 415, async () => await post('{"users":["anna"],"items":["book"]}', { "content-type": "text/plain" })],
    ["too large", 413, async () => await post(`{"users":["${"x".repeat(1_100_000)}"]}`)],
    ["another model", 404, async () => await post("{}", json, url.replace("shop", "nobody"))],
    ["another tenant", 404, async () => await post("{}", json, url.replace("/tenants/acme", ""))],
    ["a bad path", 400, async () => await post("{}", json, url.replace("shop", "%ff"))],
  ];
  for (const [what, status, attack] of attacks) expect([what, await attack()]).toEqual([what, status]);
  expect(await post('{"users":["anna"],"items":["book"]}')).toBe(200);
  expect(await statusWithHost(url, "evil.example")).toBe(403);
  expect((await fetch(url)).status).toBe(405);
});

test("callers that hold connections open and say nothing keep nobody out", async () => {
  const { server } = await opened();
  const { facts } = await server.call<{ facts: { listens_at: string } }>("get_server_status");
  const port = Number(new URL(facts.listens_at).port);
  const idle = await Promise.all(Array.from({ length: 300 }, async () => await dialled(port)));
  onTestFinished(() => idle.forEach((socket) => socket.destroy()));
  for (const socket of idle) socket.write("POST /webhooks/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  expect((await fetch(`${facts.listens_at}/health`)).status).toBe(200);
});

async function dialled(port: number): Promise<Socket> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.on("error", () => resolve(socket));
    socket.resume();
  });
}

async function statusWithHost(url: string, host: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers: { host } }, (response) => {
      response.on("error", reject).resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject).end("{}");
  });
}

test("no more models are served than is allowed, also of those that come at once, and a new version takes the place of the old one", async () => {
  const { server, exchange } = await opened({ more: { MODELS_MAX: "1" } });
  const names = ["one", "two", "three"];
  for (const [place, name] of names.entries()) await exchange(`${name}.onnx`, tinyModel({ anna: place }, { book: 10 }));
  const deploying = names.map(async (name) => await server.call("model_deploy", { file: `${name}.onnx`, name, version: "1" }));
  const ends = await Promise.allSettled(deploying);
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  const name = names[ends.findIndex(({ status }) => status === "fulfilled")] ?? "";
  const newer = { file: name === "one" ? "two.onnx" : "one.onnx", name, version: "2" };
  expect(await server.call("model_deploy", newer)).toMatchObject({ serving_version: "2" });
});

test.each<readonly [string, string | undefined, string]>([
  ["that is not there", undefined, "no such file"],
  ["that is no YAML", "a: [1", "CONNECTIONS_FILE"],
  ["with another scheme", '{"connections":{"a":{"base_url":"file:///etc"}}}', "no http or https address"],
  ["with a password in an address", '{"connections":{"a":{"base_url":"https://a:b@example.com"}}}', "no http or https address"],
  ["with a query in an address", '{"connections":{"a":{"base_url":"https://example.com?a=b"}}}', "no http or https address"],
])("a file of connections %s is refused at the start", async (_, content, words) => {
  using folder = temporaryDirectory();
  const path = join(folder.path, "connections.yaml");
  if (content !== undefined) writeFileSync(path, content);
  await expect(openIntegration({ STATE_DIR: folder.path, CONNECTIONS_FILE: path })).rejects.toThrow(words);
  await expect(openIntegration({ STATE_DIR: folder.path, CONNECTIONS_FILE: path })).rejects.toThrow("CONNECTIONS_FILE");
});

interface Opening {
  readonly answer?: Parameters<typeof catchingServer>[0];
  readonly more?: Readonly<Record<string, string>>;
  readonly connections?: (url: string) => object;
}

async function opened({ answer = () => ({}), more = {}, connections }: Opening = {}) {
  const folder = temporaryDirectory();
  const catcher = await catchingServer(answer);
  const exchangeDirectory = join(folder.path, "exchange");
  const environment = {
    STATE_DIR: join(folder.path, "state"),
    EXCHANGE_DIR: exchangeDirectory,
    ALLOW_PRIVATE: catcher.host,
    WEBHOOK_RETRY_MS: "10",
    ...more,
    ...(connections === undefined ? {} : { CONNECTIONS_FILE: join(folder.path, "connections.json") }),
  };
  if (connections !== undefined)
    writeFileSync(join(folder.path, "connections.json"), JSON.stringify({ connections: connections(catcher.url) }));
  const server = await hold(openIntegration(environment));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await catcher[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const exchange = async (name: string, content: Uint8Array): Promise<void> => {
    await openExchange(exchangeDirectory).write("acme", name, (path) => writeFileSync(path, content));
  };
  return { server, catcher, exchange };
}
