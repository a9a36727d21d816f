import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "tutti/server";
import { expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { type Answering, openTestingApi, type TestingApi } from "../../test/support/testing-api.ts";
import type { GatewayClock } from "./gateway.ts";
import { openApiGateway } from "./open-api-gateway.ts";

const SECRET = "s3cret-of-the-weather";

/** A clock that goes on only when somebody sleeps, or is told to. */
function clockAt(startMs: number): GatewayClock & { readonly slept: number[]; advance(ms: number): void } {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(ms) {
      slept.push(ms);
      nowMs += ms;
    },
    advance(ms) {
      nowMs += ms;
    },
  };
}

interface Rig extends AsyncDisposable {
  readonly api: TestingApi;
  readonly gateway: HeldServer;
  readonly clock: ReturnType<typeof clockAt>;
  call(parameters?: object, endpoint?: string): Promise<JsonObject>;
  refusal(parameters?: object, endpoint?: string): Promise<string>;
}

const ENDPOINTS = {
  current: {
    path: "/v1/current",
    parameters: {
      type: "object",
      properties: { location: { type: "string" }, units: { enum: ["metric", "imperial"], default: "metric" } },
      required: ["location"],
    },
    response_mapping: { temperature: { from: "/current/temperature", type: "number" } },
  },
  raw: { path: "/raw/{id}", parameters: { type: "object", properties: { id: {} } } },
  add: {
    method: "POST",
    path: "/add",
    parameters: { type: "object", properties: { name: { type: "string" }, trace: { type: "string" } } },
    in: { trace: "header" },
  },
  slow: { path: "/slow", cache_seconds: 60 },
};

async function rig(answering: Answering, settings: object = {}): Promise<Rig> {
  const folder = temporaryDirectory();
  const api = await openTestingApi(answering);
  const file = join(folder.path, "apis.json");
  const auth = { kind: "api_key", secret: "WEATHER_API_KEY" };
  writeFileSync(
    file,
    JSON.stringify({ apis: { weather: { base_url: `${api.url}/base`, auth, endpoints: ENDPOINTS, ...settings } } }).replaceAll(
      "API_URL",
      api.url,
    ),
  );
  const clock = clockAt(1_000_000);
  const environment = {
    STATE_DIR: folder.path,
    APIS_FILE: file,
    ALLOW_PRIVATE: api.host,
    WEATHER_API_KEY: SECRET,
    CLIENT_ID: "gateway",
    CLIENT_SECRET: "secret-of-the-client",
  };
  const gateway = await hold(openApiGateway(environment, clock));
  const asked = (parameters: object, endpoint: string): object => ({ api_name: "weather", endpoint, parameters });
  return {
    api,
    gateway,
    clock,
    call: async (parameters = { location: "Lisbon" }, endpoint = "current") =>
      await gateway.call("call_external_api", asked(parameters, endpoint)),
    refusal: async (parameters = { location: "Lisbon" }, endpoint = "current") =>
      await gateway.refusal("call_external_api", asked(parameters, endpoint)),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const FINE = { body: { current: { temperature: "21.5" }, more: "left out" } };

test("a call asks the API below its base with key and defaults, and gives what the mapping takes", async () => {
  await using world = await rig(() => FINE);
  expect(await world.call({ location: "São Paulo & more" })).toMatchObject({
    status: 200,
    data: { temperature: 21.5 },
    attempts: 1,
    cached: false,
  });
  expect(world.api.asked).toMatchObject([
    { method: "GET", path: "/base/v1/current?location=S%C3%A3o+Paulo+%26+more&units=metric", headers: { "x-api-key": SECRET } },
  ]);
});

test("what fails for a moment is tried again, after the pause that the API asks for", async () => {
  await using world = await rig((_, nth) => (nth === 1 ? { status: 503, headers: { "retry-after": "2" } } : nth === 2 ? "hang up" : FINE));
  expect(await world.call()).toMatchObject({ data: { temperature: 21.5 }, attempts: 3 });
  expect(world.clock.slept).toEqual([2_000, 200]);
});

test("an API that keeps failing is left alone after three calls, until it is seen to answer again", async () => {
  let well = false;
  await using world = await rig(() => (well ? FINE : { status: 500, body: { message: "out of order" } }), { retries: 1 });
  for (let nth = 1; nth <= 3; nth += 1) expect(await world.refusal()).toBe('"weather" answered 500: out of order, asked 2 times');
  expect(await world.refusal()).toBe('"weather" has failed too often and is left alone for 60 s more');
  expect(world.api.asked).toHaveLength(6);
  const { status, facts } = await world.gateway.call("get_server_status");
  expect({ status, facts }).toMatchObject({ status: "degraded", facts: { apis: { weather: { breaker: "open" } } } });
  well = true;
  world.clock.advance(60_000);
  expect(await world.call()).toMatchObject({ attempts: 1 });
  expect(await world.gateway.call("list_available_apis")).toMatchObject({ apis: [{ breaker: "closed" }] });
});

test("answers that say that the request is wrong open no breaker and are not tried again", async () => {
  await using world = await rig(() => ({ status: 404, body: { error: { message: "no such place" } } }));
  for (let nth = 1; nth <= 5; nth += 1) expect(await world.refusal()).toBe('"weather" answered 404: no such place');
  expect(world.api.asked).toHaveLength(5);
});

test("an API is asked only so often in a minute, attempts included", async () => {
  await using world = await rig((_, nth) => (nth === 1 ? { status: 503 } : FINE), { rate_limit_per_minute: 3 });
  await world.call();
  await world.call();
  expect(await world.refusal()).toBe('"weather" may be asked 3 times a minute');
  world.clock.advance(60_000);
  await world.call();
});

test("an API that does not answer in time is asked again, and then given up", async () => {
  await using world = await rig(() => "never", { timeout_ms: 50, retries: 1 });
  expect(await world.refusal()).toBe('"weather" has not answered within 50 ms, asked 2 times');
});

test("a change is sent once when its end is not known, with the same key whenever it is asked again", async () => {
  await using world = await rig((_, nth) => (nth < 3 ? "hang up" : { status: 201, body: { id: 7 } }));
  const asked = { api_name: "weather", endpoint: "add", parameters: { name: "Ada", trace: "t-1" } };
  for (let nth = 1; nth <= 2; nth += 1)
    expect(await world.gateway.refusal("call_external_api", asked, { key: "k1" })).toContain("asked once");
  const made = await world.gateway.call("call_external_api", asked, { key: "k1" });
  expect(made).toMatchObject({ status: 201, data: { id: 7 } });
  expect(await world.gateway.call("call_external_api", asked, { key: "k1" })).toEqual(made);
  const keys = world.api.asked.map(({ headers }) => headers["idempotency-key"]);
  expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  expect(world.api.asked[0]).toMatchObject({ body: '{"name":"Ada"}', headers: { trace: "t-1" } });
});

test("an answer that may be used again is", async () => {
  await using world = await rig((_, nth) => ({ body: { nth } }));
  expect(await world.call({}, "slow")).toMatchObject({ data: { nth: 1 }, cached: false });
  expect(await world.call({}, "slow")).toMatchObject({ data: { nth: 1 }, cached: true, attempts: 0 });
  world.clock.advance(60_000);
  expect(await world.call({}, "slow")).toMatchObject({ data: { nth: 2 }, cached: false });
});

test("a token is fetched once for calls that come at once, used until it ends, and fetched anew when it is refused", async () => {
  let tokens = 0;
  let revoked = false;
  const auth = { kind: "oauth2", token_url: "API_URL/token", client_id: "CLIENT_ID", secret: "CLIENT_SECRET", scope: "read" };
  await using world = await rig(
    ({ path, headers }) => {
      if (path === "/token") return { body: { access_token: `token-number-${(tokens += 1)}`, expires_in: 3_600 } };
      return headers["authorization"] === "Bearer token-number-1" && revoked ? { status: 401 } : FINE;
    },
    { auth },
  );
  await Promise.all([world.call(), world.call(), world.call()]);
  expect(tokens).toBe(1);
  revoked = true;
  expect(await world.call()).toMatchObject({ attempts: 2 });
  world.clock.advance(3_600_000);
  await world.call();
  expect(tokens).toBe(3);
  const [asked] = world.api.asked.filter(({ path }) => path === "/token");
  expect(asked).toMatchObject({ method: "POST", body: "grant_type=client_credentials&scope=read" });
});

test("a token endpoint that fails for a moment is asked again, and one that does not know us is not", async () => {
  const auth = { kind: "oauth2", token_url: "API_URL/token", client_id: "CLIENT_ID", secret: "CLIENT_SECRET" };
  const statuses = [503, 200, 401];
  await using world = await rig(
    ({ path }) => (path === "/token" ? { status: statuses.shift() ?? 500, body: { access_token: "a-token", expires_in: "10" } } : FINE),
    { auth },
  );
  expect(await world.call()).toMatchObject({ attempts: 2 });
  world.clock.advance(10_000);
  expect(await world.refusal()).toBe('"weather" was given no token: its token endpoint answered 401');
  expect(world.clock.slept).toEqual([100]);
});

test("who asks can be said in three more ways", async () => {
  for (const [auth, expected] of [
    [{ kind: "bearer", secret: "WEATHER_API_KEY" }, { authorization: `Bearer ${SECRET}` }],
    [{ kind: "basic", user: "CLIENT_ID", secret: "CLIENT_SECRET" }, { authorization: `Basic ${btoa("gateway:secret-of-the-client")}` }],
    [{ kind: "none" }, {}],
  ] as const) {
    await using world = await rig(() => FINE, { auth });
    await world.call();
    expect(world.api.asked[0]?.headers).toMatchObject(expected);
  }
});

test("a connection is tested without the breaker, and what is not configured is told", async () => {
  // What is answered may be anything: that it is answered is what matters.
  await using world = await rig(() => ({ status: 418, headers: { "content-encoding": "zstd" } }), { test_path: "/health" });
  expect(await world.gateway.call("test_api_connection", { api_name: "weather" })).toMatchObject({
    reachable: true,
    status: 418,
    breaker: "closed",
  });
  expect(world.api.asked).toMatchObject([{ path: "/base/health" }]);
  await world.api[Symbol.asyncDispose]();
  expect(await world.gateway.call("test_api_connection", { api_name: "weather" })).toMatchObject({ reachable: false });
});

test("the APIs of the sample can be listed and described without their URLs, and say what is missing when they are called", async () => {
  using folder = temporaryDirectory();
  await using gateway = await hold(openApiGateway({ STATE_DIR: folder.path }));
  const { apis } = await gateway.call<{ apis: { name: string; auth: string; configured: boolean }[] }>("list_available_apis");
  expect(apis.map(({ name, auth, configured }) => [name, auth, configured])).toEqual([
    ["weather", "api_key", false],
    ["currency", "bearer", false],
    ["geocoding", "basic", false],
  ]);
  expect(await gateway.call("get_api_schema", { api_name: "weather" })).toMatchObject({
    timeout_ms: 10_000,
    retries: 3,
    endpoints: [{ name: "current" }],
  });
  const asked = { api_name: "weather", endpoint: "current", parameters: { location: "Lisbon" } };
  expect(await gateway.refusal("call_external_api", asked)).toContain("URL is not set");
});
