import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openExchange } from "../kit/files/exchange.ts";
import { catchingServer, type CatcherAnswer, type Caught } from "./catching-server.ts";
import { openIntegration } from "./open-integration.ts";
import { doublingModel, greedyModel, tinyModel } from "./tiny-model.ts";
import { isSigned, newSecret, signature } from "./webhook-signature.ts";

test("rest_call gives what an interface answers, and sends the same key for the same call", async () => {
  const { server, catcher } = await opened(() => ({ headers: { "content-type": "application/json" }, body: '{"id":7}' }));
  const asked = {
    url: `${catcher.url}/orders`,
    method: "POST",
    query: { full: true, "a b": "c&d" },
    headers: { "X-Mine": "yes" },
    body: { sku: "ITEM001" },
  };
  const answer = await server.call("rest_call", asked, { key: "k-1" });
  expect(answer).toMatchObject({ status: 200, body: { id: 7 }, body_encoding: "json", cached: false });
  expect(await server.call("rest_call", asked, { key: "k-1" })).toEqual(answer);
  await server.call("rest_call", asked, { key: "k-1", tenant: "globex" });
  expect(catcher.caught).toHaveLength(2);
  const [first, second] = catcher.caught;
  expect(first).toMatchObject({
    path: "/orders?full=true&a+b=c%26d",
    body: '{"sku":"ITEM001"}',
    headers: { "x-mine": "yes", "content-type": "application/json" },
  });
  expect(first?.headers["idempotency-key"]).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
});

test("a status of failure is a failure, unless it is wanted, and a busy interface says when to come back", async () => {
  const { server, catcher } = await opened(({ path }) => ({
    status: Number(path.slice(1)),
    headers: { "retry-after": "7" },
    body: "no\u0000t",
  }));
  expect(await server.refusal("rest_call", { url: `${catcher.url}/404` })).toContain("has answered 404");
  expect(await server.refusal("rest_call", { url: `${catcher.url}/429` })).toContain("has answered 429");
  expect(await server.call("rest_call", { url: `${catcher.url}/404`, accept_status: [404] })).toMatchObject({
    status: 404,
    body: Buffer.from("no\u0000t").toString("base64"),
    body_encoding: "base64",
  });
});

test("a connection adds its credentials, and nobody sees them, sends them elsewhere or takes their place", async () => {
  const { server, catcher } = await opened((asked) => ({ body: `you sent ${asked.headers.authorization}` }), {
    environment: { SHOP_TOKEN: "very-secret-token" },
    files: ({ url }) => ({
      CONNECTIONS_FILE: JSON.stringify({
        connections: {
          shop: { base_url: `${url}/v1`, auth: { kind: "bearer", token_env: "SHOP_TOKEN" } },
          theirs: { base_url: url, tenants: ["globex"] },
        },
      }),
    }),
  });
  const asked = { connection: "shop", path: "/orders?open=true", query: { page: 2 }, headers: { Authorization: "Bearer mine" } };
  expect(await server.call("rest_call", asked)).toMatchObject({ body: "you sent Bearer [secret]" });
  expect(catcher.caught[0]).toMatchObject({ path: "/v1/orders?open=true&page=2", headers: { authorization: "Bearer very-secret-token" } });
  for (const path of [
    "//evil.example/",
    "../admin",
    "/..%2fadmin",
    "/a%2f..%2f..%2fadmin",
    "/a%5c..%255cadmin",
    "/..;x=1/admin",
    "/%2e%2e/admin",
    "https://evil.example",
    "\\evil",
    "/a\n",
    "/x#y",
    "a/../../b",
  ]) {
    expect(`${path}: ${await server.refusal("rest_call", { connection: "shop", path })}`).toContain("is no path below the connection");
  }
  expect(await server.refusal("rest_call", { connection: "theirs", path: "/" })).toBe('there is no connection "theirs". There are: shop');
  expect(catcher.caught).toHaveLength(1);
});

test("a secret of a connection is not told in pieces, in bytes, or as addresses spell it, and callers give none in its place", async () => {
  const secret = "s3cr3t!(value)~x";
  const answers = [{ body: "fine" }, { status: 400, body: `${"x".repeat(492)}${secret}` }, { body: `\u0001${secret}` }];
  const { server, catcher } = await opened((_, count) => answers[count - 1], {
    environment: { SHOP_KEY: secret },
    files: ({ url }) => ({
      CONNECTIONS_FILE: JSON.stringify({
        connections: { shop: { base_url: url, auth: { kind: "api_key", key_env: "SHOP_KEY", query: "key" } } },
      }),
    }),
  });
  const asked = { connection: "shop", path: "/a?key=mine", query: { key: "mine" } };
  const { url } = await server.call<{ url: string }>("rest_call", asked);
  expect(url).toBe(`${catcher.url}/a?key=[secret]`);
  expect(catcher.caught[0]?.path).toBe("/a?key=s3cr3t%21%28value%29%7Ex");
  expect(await server.refusal("rest_call", asked)).not.toContain("s3cr");
  const { body } = await server.call<{ body: string }>("rest_call", asked);
  expect(Buffer.from(body, "base64").toString()).toBe("\u0001[secret]");
});

test("JSON that is nested too deep to be walked through is given as text", async () => {
  const body = "[".repeat(100_000) + "]".repeat(100_000);
  const { server, catcher } = await opened(() => ({ headers: { "content-type": "application/json" }, body }));
  expect(await server.call("rest_call", { url: catcher.url, cache_seconds: 60 })).toMatchObject({ body, body_encoding: "text" });
});

test("an answer from before is given only as long as it is young enough, and to the same tenant", async () => {
  const { server, catcher } = await opened((_, count) => ({ body: `answer ${count}` }));
  const asked = { url: `${catcher.url}/rates`, cache_seconds: 3_600 };
  expect(await server.call("rest_call", asked)).toMatchObject({ body: "answer 1", cached: false });
  expect(await server.call("rest_call", asked)).toMatchObject({ body: "answer 1", cached: true });
  expect(await server.call("rest_call", asked, { tenant: "globex" })).toMatchObject({ body: "answer 2", cached: false });
  expect(await server.call("rest_call", { url: asked.url })).toMatchObject({ body: "answer 3", cached: false });
});

test("an event goes to the webhooks that want it, signed, and again with the same id until it is taken", async () => {
  const { server, catcher } = await opened((_, count) => ({ status: count === 1 ? 500 : 204 }));
  const webhook = await server.call<{ secret: string }>("webhook_setup", { name: "shop", url: `${catcher.url}/in`, events: ["order.*"] });
  await server.call("webhook_setup", { name: "other", url: `${catcher.url}/other`, events: ["user.created"] });
  const emit = { emit: { event: "order.paid", data: { order: 7 } }, wait_ms: 30_000 };
  const sent = await server.call("webhook_setup", emit, { key: "k-1" });
  expect(sent).toMatchObject({ deliveries: [{ webhook: "shop", status: "delivered", attempts: 2 }] });
  expect(await server.call("webhook_setup", emit, { key: "k-1" })).toEqual(sent);
  expect(catcher.caught).toHaveLength(2);
  const [first, second] = catcher.caught;
  expect(second?.body).toBe(first?.body);
  expect(JSON.parse(second?.body ?? "")).toMatchObject({ type: "order.paid", data: { order: 7 } });
  for (const { headers, body } of catcher.caught) {
    const message = { id: String(headers["webhook-id"]), timestamp: Number(headers["webhook-timestamp"]), body };
    expect(message.id).toBe(first?.headers["webhook-id"]);
    expect(isSigned(message, String(headers["webhook-signature"]), webhook.secret)).toBe(true);
  }
});

test("a receiver that has an event already has it, and is not asked until it is given up", async () => {
  const { server, catcher } = await opened((_, count) => (count === 1 ? { status: 503 } : { status: 409 }));
  await server.call("webhook_setup", { name: "shop", url: catcher.url });
  const sent = await server.call("webhook_setup", { emit: { event: "order.paid", data: 7 }, wait_ms: 30_000 });
  expect(sent).toMatchObject({ deliveries: [{ status: "delivered", attempts: 2 }] });
});

test("a receiver that wants nothing any more ends the delivery, and its dead letter can be sent again", async () => {
  const { server, catcher } = await opened((_, count) => ({ status: count === 1 ? 410 : 200 }));
  await server.call("webhook_setup", { name: "shop", url: catcher.url });
  const emit = { name: "shop", emit: { event: "order.paid", data: null }, wait_ms: 30_000 };
  expect(await server.call("webhook_setup", emit)).toMatchObject({
    deliveries: [{ status: "dead", error: "the receiver has answered 410" }],
  });
  const { dead_letters: dead } = await server.call<{ dead_letters: { delivery_id: string }[] }>("webhook_setup");
  const again = { resend: dead[0]?.delivery_id ?? "", wait_ms: 30_000 };
  expect(await server.refusal("webhook_setup", again, { tenant: "globex" })).toContain("no delivery that was given up has the id");
  expect(await server.call("webhook_setup", again)).toMatchObject({ deliveries: [{ status: "delivered" }] });
});

test("events that come in signed are kept and can be read, page by page", async () => {
  const { server } = await opened();
  const secret = newSecret();
  const { receive_url: url } = await server.call<{ receive_url: string }>("webhook_setup", {
    name: "training",
    path: "/model/training/status",
    events: ["job.*"],
    secret,
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/webhooks\/wh_[0-9a-f]{16}\/model\/training\/status$/);
  for (const number of [1, 2, 3]) {
    const body = JSON.stringify({ type: number === 2 ? "user.created" : "job.done", data: { number } });
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = {
      "webhook-id": `m-${number}`,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature({ id: `m-${number}`, timestamp, body }, secret),
    };
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  }
  const first = await server.call<{ next_after: number }>("webhook_setup", { name: "training", received: { limit: 1 } });
  expect(first).toMatchObject({ events_received: [{ message_id: "m-1", event: { type: "job.done", data: { number: 1 } } }] });
  const rest = await server.call("webhook_setup", { name: "training", received: { after: first.next_after } });
  expect(rest).toMatchObject({ events_received: [{ message_id: "m-3" }] });
  expect(await server.refusal("webhook_setup", { name: "training", received: {} }, { tenant: "globex" })).toBe(
    'there is no webhook "training"',
  );
  await server.call("webhook_setup", { name: "training", remove: true });
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(404);
});

test("what is set up is changed where it is said, and a secret is told once", async () => {
  const { server, catcher } = await opened();
  const made = await server.call<{ secret: string; webhook_id: string }>(
    "webhook_setup",
    { name: "shop", url: catcher.url, events: ["a"] },
    { key: "k" },
  );
  expect(made.secret).toMatch(/^whsec_/);
  expect(await server.call("webhook_setup", { name: "shop", url: catcher.url, events: ["a"] }, { key: "k" })).not.toHaveProperty("secret");
  const changed = await server.call("webhook_setup", { name: "shop", active: false });
  expect(changed).toMatchObject({ webhook_id: made.webhook_id, url: catcher.url, events: ["a"], active: false });
  expect(changed).not.toHaveProperty("secret");
  expect(await server.call("webhook_setup", {}, { tenant: "globex" })).toEqual({ webhooks: [], dead_letters: [] });
});

test("no more than the limit is consumed in any span as long as the window", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 1) });
  onTestFinished(() => void vi.useRealTimers());
  const { server, catcher } = await opened();
  await server.call("rate_limit", { action: "set", name: "api", limit: 10, window_seconds: 60 });
  expect(await server.call("rate_limit", { action: "consume", name: "api", cost: 6 })).toMatchObject({ allowed: true, remaining: 4 });
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 0, 30));
  expect(await server.call("rate_limit", { action: "consume", name: "api", cost: 4 }, { key: "k" })).toMatchObject({
    allowed: true,
    remaining: 0,
  });
  expect(await server.call("rate_limit", { action: "consume", name: "api", cost: 4 }, { key: "k" })).toMatchObject({
    allowed: true,
    remaining: 0,
  });
  const refused = await server.call<{ retry_after_seconds: number }>("rate_limit", { action: "consume", name: "api" });
  expect(refused).toMatchObject({ allowed: false, remaining: 0 });
  expect(refused.retry_after_seconds).toBeGreaterThanOrEqual(30);
  expect(refused.retry_after_seconds).toBeLessThan(30.2);
  expect(await server.refusal("rest_call", { url: catcher.url, rate_limit: "api" })).toContain('nothing is left of the limit "api"');
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 1, 1));
  expect(await server.call("rate_limit", { action: "check", name: "api", cost: 7 })).toMatchObject({ allowed: false, remaining: 6 });
  await server.call("rest_call", { url: catcher.url, rate_limit: "api" });
  expect(await server.call("rate_limit", { action: "list" })).toMatchObject({ limits: [{ name: "api", remaining: 5 }] });
  expect(await server.refusal("rate_limit", { action: "consume", name: "api" }, { tenant: "globex" })).toContain("there is no limit");
});

test("a key is told once and kept as a hash; a replaced or revoked one opens nothing", async () => {
  const { server, folder } = await opened();
  const make = { action: "create", name: "ml", environment: "staging", expires_in_days: 30 };
  const made = await server.call<{ key: string; key_id: string }>("api_key_mgmt", make, { key: "k-1" });
  const repeated = await server.call("api_key_mgmt", make, { key: "k-1" });
  expect(repeated).toMatchObject({ key_id: made.key_id });
  expect(repeated).not.toHaveProperty("key");
  expect(await server.refusal("api_key_mgmt", make)).toContain("already");
  const rotated = await server.call<{ key: string; key_id: string }>("api_key_mgmt", { ...make, action: "rotate" });
  expect(rotated.key_id).not.toBe(made.key_id);
  const { keys } = await server.call<{ keys: { status: string }[] }>("api_key_mgmt", { action: "list" });
  expect(keys.map(({ status }) => status).sort()).toEqual(["active", "revoked"]);
  expect(await server.call("api_key_mgmt", { action: "revoke", name: "ml", environment: "staging" })).toMatchObject({ status: "revoked" });
  for (const name of readdirSync(folder).filter((name) => name.startsWith("integration."))) {
    const bytes = readFileSync(join(folder, name)).toString("latin1");
    for (const { key } of [made, rotated]) expect([name, bytes.includes(key.slice(-43))]).toEqual([name, false]);
  }
});

test("a deployed model answers by name, its versions follow one another, and undeploying brings the one before back", async () => {
  const { server, exchange } = await opened();
  await exchange("one.onnx", tinyModel({ anna: 1, ben: 2 }, { book: 10, lamp: 20 }));
  await exchange("two.onnx", tinyModel({ anna: 100 }, { book: 1 }));
  const first = await server.call<{ url: string; deployment_id: string }>("model_deploy", {
    file: "one.onnx",
    name: "shop",
    version: "1.0",
  });
  expect(first).toMatchObject({
    status: "serving",
    users: 2,
    items: 2,
    inputs: [
      { name: "user_index", type: "int64" },
      { name: "item_index", type: "int64" },
    ],
  });
  expect(await ask(first.url, { users: ["anna", "ben"], items: ["lamp", "book"] })).toEqual([
    200,
    { model: "shop", version: "1.0", scores: [21, 12] },
  ]);
  expect(await ask(first.url, { pairs: [["ben", "book"], { user: "anna", item: "book" }] })).toMatchObject([200, { scores: [12, 11] }]);
  expect(await ask(first.url, { users: ["anna", "eve"], items: ["book", "book"] })).toEqual([
    400,
    { error: 'the model does not know these users: "eve"' },
  ]);
  expect(await server.call("model_deploy", { file: "one.onnx", name: "shop", version: "1.0" })).toMatchObject({
    deployment_id: first.deployment_id,
  });
  expect(await server.refusal("model_deploy", { file: "two.onnx", name: "shop", version: "1.0" })).toContain("is another model already");
  await server.call("model_deploy", { file: "two.onnx", name: "shop", version: "2.0" });
  expect(await ask(first.url, { users: ["anna"], items: ["book"] })).toMatchObject([200, { version: "2.0", scores: [101] }]);
  expect(await server.call("model_deploy", { name: "shop", version: "2.0", undeploy: true })).toMatchObject({
    status: "undeployed",
    serving_version: "1.0",
  });
  expect(await server.call("model_deploy", { name: "shop", version: "2.0", undeploy: true })).toMatchObject({
    status: "not_deployed",
    serving_version: "1.0",
  });
  expect(await ask(first.url, { users: ["anna"], items: ["book"] })).toMatchObject([200, { version: "1.0", scores: [11] }]);
  await server.call("model_deploy", { name: "shop", undeploy: true });
  expect((await ask(first.url, { users: ["anna"], items: ["book"] }))[0]).toBe(404);
});

test("a model that asks for a key answers its tenant's programs only", async () => {
  const { server, exchange } = await opened();
  await exchange("one.onnx", tinyModel({ anna: 1 }, { book: 10 }));
  const { url } = await server.call<{ url: string }>("model_deploy", { file: "one.onnx", name: "shop", version: "1", require_key: true });
  const { key } = await server.call<{ key: string }>("api_key_mgmt", { action: "create", name: "ml" });
  const theirs = await server.call<{ key: string }>("api_key_mgmt", { action: "create", name: "ml" }, { tenant: "globex" });
  const question = { users: ["anna"], items: ["book"] };
  for (const bad of [undefined, "", theirs.key, `${key}x`, key.slice(1)])
    expect([bad, (await ask(url, question, bad))[0]]).toEqual([bad, 401]);
  expect(await ask(url, question, key)).toMatchObject([200, { scores: [11] }]);
  await server.call("api_key_mgmt", { action: "revoke", name: "ml" });
  expect((await ask(url, question, key))[0]).toBe(401);
});

test("a model without names is given tensors, and one that wants all memory ends alone", async () => {
  const { server, exchange } = await opened();
  await exchange("double.onnx", doublingModel());
  await exchange("greedy.onnx", greedyModel());
  const double = await server.call<{ url: string }>("model_deploy", { file: "double.onnx", name: "double", version: "1" });
  const greedy = await server.call<{ url: string }>("model_deploy", { file: "greedy.onnx", name: "greedy", version: "1" });
  const small = { inputs: { x: { dims: [2], data: [1.5, -2] } } };
  expect((await ask(greedy.url, { inputs: { x: { dims: [1], data: [1_000_000_000] } } }))[0]).toBeGreaterThanOrEqual(400);
  expect(await ask(double.url, small)).toMatchObject([200, { outputs: { score: { dims: [2], data: [3, -4] } } }]);
  expect(await ask(double.url, { users: ["anna"], items: ["book"] })).toMatchObject([
    400,
    { error: "the model knows no users and items: give it inputs" },
  ]);
  expect(await ask(double.url, { inputs: {} })).toMatchObject([400, { error: 'the input "x" is missing: it is a tensor of float32' }]);
  expect(await server.call("get_server_status")).toMatchObject({ facts: { models: 2 } });
});

test("what is no model never takes the place of one", async () => {
  const { server, exchange } = await opened();
  await exchange("good.onnx", tinyModel({ anna: 1 }, { book: 10 }));
  await exchange("text.onnx", Buffer.from("hello"));
  await exchange("empty.onnx", Buffer.alloc(0));
  await exchange("sealed.onnx", Buffer.from("TUTTI-SEALED-1\n{}\n"));
  await server.call("model_deploy", { file: "good.onnx", name: "shop", version: "1" });
  for (const [file, message] of [
    ["text.onnx", "the model cannot be served"],
    ["empty.onnx", "the model cannot be served"],
    ["sealed.onnx", "the model is sealed"],
    ["none.onnx", "the exchange has no file"],
    ["../good.onnx", "is no path"],
  ] as const) {
    expect(`${file}: ${await server.refusal("model_deploy", { file, name: "shop", version: "2" })}`).toContain(message);
  }
  expect(await server.call("get_server_status")).toMatchObject({ status: "healthy", facts: { models: 1 } });
});

async function ask(url: string, question: object, key?: string): Promise<[number, unknown]> {
  const headers = { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(question) });
  return [answer.status, await answer.json()];
}

interface Given {
  readonly environment?: Readonly<Record<string, string>>;
  /** Settings that are files, with what is in them. */
  readonly files?: (catcher: { readonly url: string }) => Readonly<Record<string, string>>;
}

async function opened(
  answer: (caught: Caught, count: number) => CatcherAnswer | undefined = () => ({}),
  { environment = {}, files }: Given = {},
) {
  const folder = temporaryDirectory();
  const catcher = await catchingServer(answer);
  const settings = Object.entries(files?.(catcher) ?? {}).map(([name, content]) => {
    const path = join(folder.path, `${name}.json`);
    writeFileSync(path, content);
    return [name, path];
  });
  const exchangeDirectory = join(folder.path, "exchange");
  const server = await hold(
    openIntegration({
      STATE_DIR: join(folder.path, "state"),
      EXCHANGE_DIR: exchangeDirectory,
      ALLOW_PRIVATE: catcher.host,
      WEBHOOK_RETRY_MS: "10",
      ...Object.fromEntries(settings),
      ...environment,
    }),
  );
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await catcher[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const exchange = async (name: string, content: Uint8Array): Promise<void> => {
    await openExchange(exchangeDirectory).write("acme", name, (path) => writeFileSync(path, content));
  };
  return { server, catcher, exchange, folder: join(folder.path, "state") };
}
