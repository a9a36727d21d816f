import { describe, expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { redact, redactText } from "./redact.ts";
import { isSecretName } from "./secret-name.ts";
import { markedFields } from "./sensitive-fields.ts";

const GONE = "[redacted]";

const CASES: readonly (readonly [string, Json, readonly string[], Json])[] = [
  [
    "what is not sensitive stays",
    { amount: 5, ok: true, note: null, list: [1, "x"] },
    [],
    { amount: 5, ok: true, note: null, list: [1, "x"] },
  ],
  ["well-known names, at any depth", { user: { password: "x", name: "ada" } }, [], { user: { password: GONE, name: "ada" } }],
  ["in lists", [{ token: "x" }, [{ cvv: 123 }]], [], [{ token: GONE }, [{ cvv: GONE }]]],
  ["whole objects under such a name", { credentials: { user: "ada", key: "x" } }, [], { credentials: GONE }],
  [
    "numbers, booleans, null and lists too",
    { pin: 1, secret: true, otp: null, secrets: ["a"] },
    [],
    { pin: GONE, secret: GONE, otp: GONE, secrets: GONE },
  ],
  ["names of the configuration", { iban: "DE1", other: "x" }, ["iban"], { iban: GONE, other: "x" }],
  [
    "in another spelling",
    { "E-Mail": "a@b", e_mail: "a@b", eMail: "a@b", mail: "a@b" },
    ["email"],
    { "E-Mail": GONE, e_mail: GONE, eMail: GONE, mail: "a@b" },
  ],
  ["credentials in texts", "Authorization: Bearer abcdefghijk", [], `Authorization: Bearer ${GONE}`],
  ["passwords in addresses", "postgres://ada:geheim@db/x", [], `postgres://ada:${GONE}@db/x`],
  ["tokens in texts", "use eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig now", [], `use ${GONE} now`],
  ["what texts name", "login?user=ada&password=geheim&x=1", [], `login?user=ada&password=${GONE}&x=1`],
  [
    "what JSON in texts names",
    '{"user":"ada","api_key": "x-1","n":{"Client_Secret":"y"}}',
    [],
    `{"user":"ada","api_key": "${GONE}","n":{"Client_Secret":"${GONE}"}}`,
  ],
  ["what JSON in JSON in texts names", '"{\\"access_token\\":\\"x\\"}"', [], `"{\\"access_token\\":\\"${GONE}\\"}"`],
  [
    "no more than that from prose",
    "the secret of the password: tokens = words, max_token=5",
    [],
    `the secret of the password: ${GONE} = words, max_token=5`,
  ],
  [
    "references to secrets stay",
    "Authorization: Bearer [secret TOKEN], password=[secret PW]",
    [],
    "Authorization: Bearer [secret TOKEN], password=[secret PW]",
  ],
  [
    "the value beside a name",
    [
      { name: "X-Api-Key", value: "x" },
      { key: "PASSWORD", value: ["x"] },
      { name: "iban", value: 1, values: [2] },
      { name: "a", value: "b" },
    ],
    ["iban"],
    [
      { name: "X-Api-Key", value: GONE },
      { key: "PASSWORD", value: GONE },
      { name: "iban", value: GONE, values: GONE },
      { name: "a", value: "b" },
    ],
  ],
  [
    "arguments of programs, and variables",
    { args: ["--password", "geheim", "--token=x", "-v", "API_KEY=x", "user=ada", "--", "db_pass=x", "--iban"] },
    [],
    { args: ["--password", GONE, `--token=${GONE}`, "-v", `API_KEY=${GONE}`, "user=ada", "--", `db_pass=${GONE}`, "--iban"] },
  ],
  [
    "headers in texts",
    "Authorization: Digest a=1, b=2\nCookie: sid=abc; x=1\nHost: h",
    [],
    `Authorization: ${GONE}\nCookie: ${GONE}\nHost: h`,
  ],
  [
    "keys that begin as those of well-known services do",
    "AKIAIOSFODNN7EXAMPLE, ghp_abcdefghijklmnopqrstuvwxyz0123456789, sk-abcdefghijklmnopqrstuvwx, xoxb-1234-abcdefgh",
    [],
    [GONE, GONE, GONE, GONE].join(", "),
  ],
  [
    "private keys with headers",
    "a -----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY----- b",
    [],
    `a ${GONE} b`,
  ],
  ["private keys in texts", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n", [], `${GONE}\n`],
  [
    "names that objects have of themselves",
    JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as Json,
    [],
    JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as Json,
  ],
];

test.each(CASES)("takes out %s", (_, value, sensitive, expected) => {
  expect(redact(value, sensitive)).toEqual(expected);
});

test("does not change what it is given", () => {
  const value = { password: "x", list: [{ token: "y" }] };
  redact(value, []);
  expect(value).toEqual({ password: "x", list: [{ token: "y" }] });
});

describe("a limit", () => {
  test.each<readonly [string, Json]>([
    ["a long text", { text: "x".repeat(100_000) }],
    ["a long list", Array.from({ length: 10_000 }, (_, place) => place)],
    ["many members", Object.fromEntries(Array.from({ length: 10_000 }, (_, place) => [`key-${place}`, place]))],
    ["a long name", { ["x".repeat(100_000)]: 1 }],
    ["many empty lists", Array.from({ length: 10_000 }, () => [])],
    ["a deep value", JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`) as Json],
  ])("bounds %s", (_, value) => {
    const text = JSON.stringify(redact(value, [], 2_048));
    expect(text.length).toBeLessThan(2_300);
    expect(text).toMatch(/\[cut\]|…/);
  });

  test("leaves what fits as it is", () => {
    const value = { text: "x".repeat(1_000), list: [1, 2, 3] };
    expect(redact(value, [], 2_048)).toEqual(value);
  });

  test.each(["cookie:", "AKIA", "sk-", "password=", "eyJ", "://", "-----BEGIN PRIVATE KEY-----", "Bearer ", "secret \\ : ", "a:b@"])(
    "a text of nothing but %j takes no time",
    (part) => {
      const startedMs = performance.now();
      redact(part.repeat(20_000), []);
      expect(performance.now() - startedMs).toBeLessThan(1_000);
    },
  );

  test("does not cut a token in two and show one half", () => {
    const token = `eyJ${"a".repeat(500)}.${"b".repeat(500)}`;
    expect(JSON.stringify(redact(`${"x".repeat(1_900)} ${token}`, [], 2_048))).not.toContain("eyJ");
  });
});

test.each([
  "password",
  "DB_PASSWORD",
  "userPassword",
  "passwd",
  "client_secret",
  "clientSecretKey",
  "X-Api-Key",
  "apiKey",
  "access_token",
  "refreshToken",
])("%s is the name of a secret", (name) => expect(isSecretName(name)).toBe(true));

test.each([
  "authorization",
  "Proxy-Authorization",
  "Set-Cookie",
  "card_number",
  "creditCardNumber",
  "cvv",
  "CVC2",
  "ssn",
  "private_key",
  "PrivateKeyPem",
  "pin",
])("%s is the name of a secret too", (name) => expect(isSecretName(name)).toBe(true));

test.each([
  "max_tokens",
  "token_count",
  "tokenizer",
  "name",
  "pinned",
  "shipping",
  "card",
  "keyboard",
  "secretary",
  "author",
  "passenger",
  "",
  "constructor",
])('"%s" is not', (name) => expect(isSecretName(name)).toBe(false));

test("a text that repeats a sensitive argument is told without it", () => {
  const said = { card: { number: "4111-1111", holder: "Ada" }, password: "geheim", tries: 3 };
  const text = 'cannot charge 4111-1111 of Ada: wrong password "geheim" after 3 tries';
  expect(redactText(text, said, ["number"])).toBe(`cannot charge ${GONE} of Ada: wrong password "${GONE}" after 3 tries`);
  expect(redactText("geheim or geheimer", { password: "geheim", token: "geheimer" }, [])).toBe(`${GONE} or ${GONE}`);
});

test("a text that is cut within a sensitive argument shows no beginning of it", () => {
  const long = Array.from({ length: 3_000 }, (_, place) => String(place)).join(" ");
  expect(redactText(`cannot read ${long}`, { document: long }, ["document"], 500)).toBe(`cannot read ${GONE}`);
  const many = `${`${"s".repeat(60)} `.repeat(9)}end`;
  expect(redactText(many, { password: "s".repeat(60) }, [], 100)).toBe(Array.from({ length: 7 }, () => GONE).join(" "));
  expect(redactText("x".repeat(99), {}, [], 50)).toBe(`${"x".repeat(50)}…`);
});

test("where it is not known what is sensitive, a text repeats no argument", () => {
  expect(redactText("no customer Ada Lovelace", { name: "Ada Lovelace" }, undefined)).toBe(`no customer ${GONE}`);
});

test("fields that a schema marks are found wherever they are", () => {
  const secret = { type: "string", writeOnly: true };
  const schema = {
    type: "object",
    properties: {
      plain: { type: "string" },
      code: secret,
      phrase: { type: "string", format: "password" },
      nested: { type: "object", properties: { inner: secret } },
      list: { type: "array", items: { properties: { element: secret } } },
      either: { anyOf: [{ type: "null" }, secret] },
      readable: { type: "string", writeOnly: false },
    },
    $defs: { other: { properties: { defined: secret } } },
    allOf: [{ properties: { more: { format: "password" } } }],
  };
  expect([...markedFields(schema)].sort()).toEqual(["code", "defined", "either", "element", "inner", "more", "phrase"]);
});
