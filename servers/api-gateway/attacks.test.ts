import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { type Answering, openTestingApi, type TestingApi } from "../../test/support/testing-api.ts";
import { openApiGateway } from "./open-api-gateway.ts";
import { readAnswer } from "./read-answer.ts";
import { secretWords } from "./secret-words.ts";

const SECRET = "s3cret/with+odd=signs";

async function attacked(answering: Answering, settings: object = {}): Promise<{ gateway: HeldServer; api: TestingApi } & AsyncDisposable> {
  const folder = temporaryDirectory();
  const api = await openTestingApi(answering);
  const file = join(folder.path, "apis.json");
  const parameters = { type: "object", properties: { id: {}, name: {}, h: {} } };
  const endpoints = { user: { path: "/users/{id}/show", parameters, in: { h: "header" } } };
  const target = { base_url: `${api.url}/api`, auth: { kind: "api_key", secret: "KEY", query: "key" }, retries: 0, endpoints };
  writeFileSync(file, JSON.stringify({ apis: { target: { ...target, ...settings } } }));
  const gateway = await hold(openApiGateway({ STATE_DIR: folder.path, APIS_FILE: file, ALLOW_PRIVATE: api.host, KEY: SECRET }));
  return {
    gateway,
    api,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const asked = (parameters: object): object => ({ api_name: "target", endpoint: "user", parameters });

test("no parameter leaves its place in the path, and none becomes a header of its own", async () => {
  await using world = await attacked(() => ({ body: {} }));
  const refused: object[] = [
    { id: ".." },
    { id: "." },
    { id: "" },
    { id: "a\u0000b" },
    { id: "\ud800" },
    { id: { a: 1 } },
    { id: null },
    { id: ["a"] },
    { id: "../../admin" },
    { id: "a\\..\\b" },
    { id: 1, other: 2 },
    { id: 1, h: "a\r\nx-admin: 1" },
    { id: 1, h: "☃" },
    { id: 1, name: { deep: 1 } },
    { id: 1, ["__proto__x"]: 1 },
    {},
  ];
  for (const parameters of refused) await world.gateway.refusal("call_external_api", asked(parameters));
  expect(world.api.asked).toEqual([]);
  for (const id of ["%2e%2e/x", "..%2f", "a?b=c#d", "a\\b", "http://evil.example", "é", "🙂", "-1e999"]) {
    await world.gateway.call("call_external_api", asked({ id, name: "x&key=other#y" }));
  }
  for (const { path } of world.api.asked) {
    expect(path).toMatch(/^\/api\/users\/[^/?#]+\/show\?name=x%26key%3Dother%23y&key=s3cret%2Fwith%2Bodd%3Dsigns$/);
  }
});

test("names that are none are refused in words, whatever they are", async () => {
  await using world = await attacked(() => ({ body: {} }));
  for (const name of ["__proto__", "constructor", "toString", "no such", "🙂"]) {
    expect(await world.gateway.refusal("call_external_api", { api_name: name, endpoint: "user" })).toContain("there is no API");
    expect(await world.gateway.refusal("call_external_api", { api_name: "target", endpoint: name })).toContain("there is no endpoint");
    await world.gateway.refusal("get_api_schema", { api_name: name });
    await world.gateway.refusal("test_api_connection", { api_name: name });
  }
  expect(world.api.asked).toEqual([]);
});

test("no secret is in what an API says of a failure, in what it tells back, or in what is said when it is not there", async () => {
  const echo = { status: 400, body: { message: `the key ${SECRET} or ${encodeURIComponent(SECRET)} is not known` } };
  await using world = await attacked((_, nth) =>
    nth === 1 ? echo : { body: { args: { key: SECRET }, url: `/?key=${encodeURIComponent(SECRET)}` } },
  );
  expect(await world.gateway.refusal("call_external_api", asked({ id: 1 }))).toBe('"target" answered 400: the key *** or *** is not known');
  expect(await world.gateway.call("call_external_api", asked({ id: 1 }))).toMatchObject({
    data: { args: { key: "***" }, url: "/?key=***" },
  });
  await world.api[Symbol.asyncDispose]();
  const gone = await world.gateway.refusal("call_external_api", asked({ id: 1 }));
  expect(gone).toContain("cannot be asked");
  expect(gone).not.toContain("s3cret");
});

test("no secret is told with the escapes of JSON, or forgotten for one that every call learns anew; and what is hidden breaks nothing", async () => {
  const body = `\ufeff{"key":"s3cret\\/with\\u002Bodd=signs","s3cret\\/with+odd=signs":[1],"token":"a-token","id":1234567}`;
  await using world = await attacked(() => ({ body }));
  expect(await world.gateway.call("call_external_api", asked({ id: 1 }))).toMatchObject({
    data: { key: "***", "***": [1], id: 1_234_567 },
  });
  const secrets = secretWords(new Map(), {});
  for (const word of ["a-token", "1234567", ...Array.from({ length: 200 }, () => "another pair of a user and a password")])
    secrets.learn(word);
  const answer = { status: 200, headers: {}, url: "", body: Buffer.from(body) };
  expect(readAnswer(answer, secrets)).toMatchObject({ token: "***", id: "***" });
});

test("a redirect to another host is refused, and nothing is asked there", async () => {
  await using other = await openTestingApi(() => ({ body: { stolen: true } }));
  await using world = await attacked(() => ({ status: 302, headers: { location: `${other.url}/steal` } }));
  await world.gateway.refusal("call_external_api", asked({ id: 1 }));
  expect(other.asked).toEqual([]);
});

test.each([
  ["too long", { body: { text: "x".repeat(800_000) } }, "bytes"],
  ["nested too deep", { body: "[".repeat(50_000) + "]".repeat(50_000) }, "nested more than 60 deep"],
  ["no JSON", { body: "{broken" }, "it is no JSON"],
  ["a string without end", { body: `["${'\\"'.repeat(350_000)}` }, "it is no JSON"],
])("an answer that is %s is refused", async (_, answer, words) => {
  await using world = await attacked(() => answer);
  expect(await world.gateway.refusal("call_external_api", asked({ id: 1 }))).toContain(words);
});

test("an API on this machine that nobody has allowed is not asked", async () => {
  using folder = temporaryDirectory();
  await using api = await openTestingApi(() => ({ body: {} }));
  const file = join(folder.path, "apis.json");
  writeFileSync(file, JSON.stringify({ apis: { target: { base_url: api.url, endpoints: { user: { path: "/" } } } } }));
  await using gateway = await hold(openApiGateway({ STATE_DIR: folder.path, APIS_FILE: file }));
  await gateway.refusal("call_external_api", asked({}));
  expect(api.asked).toEqual([]);
});

test.each([
  [
    "a secret in place of the name of a variable",
    { base_url: "https://a.example", auth: { kind: "bearer", secret: "abc-123" }, endpoints: {} },
  ],
  ["a password in a URL", { base_url: "https://user:pass@a.example", endpoints: {} }],
  ["another scheme", { base_url: "file:///etc/passwd", endpoints: {} }],
  ["a key that is not known", { base_url: "https://a.example", endpoints: {}, breakr: {} }],
  ["a path with a query", { base_url: "https://a.example", endpoints: { a: { path: "/x?y" } } }],
])("a file with %s is refused at the start", (_, target) => {
  using folder = temporaryDirectory();
  const file = join(folder.path, "apis.json");
  writeFileSync(file, JSON.stringify({ apis: { target } }));
  expect(() => openApiGateway({ STATE_DIR: folder.path, APIS_FILE: file })).toThrow(file);
});
