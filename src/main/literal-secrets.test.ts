import { expect, test } from "vitest";
import { SecretTaker, variableName } from "./literal-secrets.ts";

const place = { server: "git hub", place: "argument 1" };

test.each([
  ["sk-abc", undefined, "${GIT_HUB_SECRET}"],
  ["ghp_abcdefgh", undefined, "${GIT_HUB_SECRET}"],
  ["0123456789abcdef0123456789abcdef", undefined, "${GIT_HUB_SECRET}"],
  ["eyJhbGciOi.eyJzdWIi.sig", undefined, "${GIT_HUB_SECRET}"],
  ["short", "--api-key", "${GIT_HUB_API_KEY}"],
  ["hunter2", "DB_PASSWORD", "${GIT_HUB_DB_PASSWORD}"],
  ["--token=abc", undefined, "--token=${GIT_HUB_TOKEN}"],
  ["X_API_KEY=abc", undefined, "X_API_KEY=${GIT_HUB_X_API_KEY}"],
  ["Authorization: Bearer abcdefgh", undefined, "Authorization: Bearer ${GIT_HUB_AUTHORIZATION}"],
  ["Bearer abcdefgh", undefined, "Bearer ${GIT_HUB_SECRET}"],
  ["postgres://bob:pw@db/app?sslmode=on", undefined, "postgres://bob:${GIT_HUB_PASSWORD}@db/app?sslmode=on"],
  ["https://h/mcp?user=1&api_key=abc#x", undefined, "https://h/mcp?user=1&api_key=${GIT_HUB_API_KEY}#x"],
  // And what is none.
  ["", "TOKEN", ""],
  ["${TOKEN}", "TOKEN", "${TOKEN}"],
  ["Bearer ${TOKEN}", "Authorization", "Bearer ${TOKEN}"],
  ["true", "USE_TOKEN", "true"],
  ["4096", "MAX_TOKENS", "4096"],
  ["/etc/keys/a.json", "KEY_FILE", "/etc/keys/a.json"],
  ["~/.aws/credentials", "CREDENTIALS", "~/.aws/credentials"],
  ["C:\\keys\\a", "KEY_FILE", "C:\\keys\\a"],
  ["@modelcontextprotocol/server-filesystem", undefined, "@modelcontextprotocol/server-filesystem"],
  ["mcp-server-postgres-2024-edition", undefined, "mcp-server-postgres-2024-edition"],
  ["GITHUB_PERSONAL_ACCESS_TOKEN_V2", undefined, "GITHUB_PERSONAL_ACCESS_TOKEN_V2"],
  ["01933b7e-1111-7222-8333-444455556666", "PROJECT", "01933b7e-1111-7222-8333-444455556666"],
  ["https://user@host/path", undefined, "https://user@host/path"],
  ["--port=8080", undefined, "--port=8080"],
  ["Basic usage", undefined, "Basic usage"],
  ["https://example.com:8443/mcp", undefined, "https://example.com:8443/mcp"],
])("%o, called %o, becomes %o", (text, name, expected) => {
  const taker = new SecretTaker();
  expect(taker.withoutSecrets(text, { ...place, ...(name === undefined ? {} : { name }) })).toBe(expected);
  expect(taker.needed.length).toBe(expected === text ? 0 : 1);
  expect(JSON.stringify(taker.needed)).not.toMatch(/hunter2|ghp_|abcdefgh/);
});

test("a variable is called as before, one secret has one variable, and two secrets have two", () => {
  const taker = new SecretTaker();
  const take = (server: string, value: string): string => taker.withoutSecrets(value, { server, place: "env API_KEY", name: "API_KEY" });
  expect([take("a", "one1"), take("b", "one1"), take("c", "two2"), take("c", "three3")]).toEqual([
    "${API_KEY}",
    "${API_KEY}",
    "${C_API_KEY}",
    "${C_API_KEY_2}",
  ]);
  expect(taker.needed).toEqual([
    { name: "API_KEY", server: "a", place: "env API_KEY", was: "secret" },
    { name: "C_API_KEY", server: "c", place: "env API_KEY", was: "secret" },
    { name: "C_API_KEY_2", server: "c", place: "env API_KEY", was: "secret" },
  ]);
});

test.each([
  ["perplexity-key", "PERPLEXITY_KEY"],
  ["2nd key", "_2ND_KEY"],
  ["--token=", "TOKEN"],
])("the variable for %o is %o", (text, name) => {
  expect(variableName(text)).toBe(name);
});
