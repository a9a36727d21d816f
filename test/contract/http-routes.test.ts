import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { isJsonObject } from "../../src/base/json.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { HTTP_REFUSALS } from "../../src/http/http-refusal.ts";
import { openApiDocument } from "../../src/http/open-api.ts";
import { pathParameters, routedOperations } from "../../src/http/route-table.ts";

const ROUTED = routedOperations(OPERATIONS);

test("every operation that the world may ask for has a route that can be taken for no other", () => {
  const taken = ROUTED.flatMap((one, place) =>
    ROUTED.slice(place + 1).flatMap((other) => {
      const same = one.route.method === other.route.method && couldBe(one.route.path, other.route.path);
      return same ? [`${one.operation.name} and ${other.operation.name}: ${one.route.method} ${one.route.path}, ${other.route.path}`] : [];
    }),
  );
  expect(taken).toEqual([]);
  for (const { route } of ROUTED) expect(route.path).toMatch(/^(\/([a-z]+(-[a-z]+)*|\{[a-z]+(_[a-z]+)*\}))+$/);
});

test("what stands in braces is a member of what an operation takes or gives", () => {
  const document = openApiDocument(OPERATIONS, { version: "1.0.0", asks: true });
  const parameters = ROUTED.flatMap(({ operation, route }) => pathParameters(route.path).map((name) => `${operation.name} ${name}`));
  const text = JSON.stringify(document);
  for (const parameter of parameters) expect(text).toContain(`"name":"${parameter.split(" ")[1]}","in":"path"`);
  const given = ROUTED.flatMap(({ operation, route }) => pathParameters(route.creates ?? "").map((name) => ({ operation, name })));
  for (const { operation, name } of given)
    expect([operation.name, name, memberOf(document, operation.name, name)]).toEqual([operation.name, name, true]);
});

test("nothing is changed by a GET, and what only reads is no PUT and no DELETE", () => {
  const methods = { change: ["POST", "PUT", "DELETE"], read: ["GET", "POST"] };
  expect(ROUTED.filter(({ operation, route }) => !methods[operation.kind].includes(route.method))).toEqual([]);
});

test.each([true, false])("the OpenAPI document is one (asks: %s)", async (asks) => {
  const { valid, errors } = await new Validator().validate(openApiDocument(OPERATIONS, { version: "1.0.0", asks }));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test("everything that the OpenAPI document refers to is in it", () => {
  const document = openApiDocument(OPERATIONS, { version: "1.0.0", asks: true });
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = ""]) => reference);
  expect(references.length).toBeGreaterThan(100);
  const missing = new Set(references).values().filter((reference) => !leads(document, reference));
  expect([...missing]).toEqual([]);
});

test("the routes are those of http-routes.txt (vitest -u writes it)", async () => {
  const lines = ROUTED.map(
    ({ operation, route }) => `${route.method.padEnd(6)} ${route.path.padEnd(48)} ${operation.name.padEnd(32)} ${operation.permission}`,
  );
  await expect(`${lines.sort().join("\n")}\n`).toMatchFileSnapshot("http-routes.txt");
});

test("docs/http-api.md has the routes and the refusals as they are (vitest -u writes it)", async () => {
  const tables = {
    refusals: [
      "| code | status | meaning |",
      "| --- | --- | --- |",
      ...Object.entries(HTTP_REFUSALS).map(([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`),
    ],
    routes: [
      "| route | operation | permission |",
      "| --- | --- | --- |",
      ...ROUTED.map(
        ({ operation, route }) => `| \`${route.method} ${route.path}\` | \`${operation.name}\` | \`${operation.permission}\` |`,
      ).sort(),
    ],
  };
  let text = readFileSync("docs/http-api.md", "utf8");
  for (const [name, rows] of Object.entries(tables)) {
    const table = rows.join("\n");
    text = text.replace(new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`), (_, open, close) => `${open}${table}\n${close}`);
    expect(text).toContain(table);
  }
  await expect(text).toMatchFileSnapshot("../../docs/http-api.md");
});

/** Whether there is a path that both could mean. */
function couldBe(left: string, right: string): boolean {
  const others = right.split("/");
  const parts = left.split("/");
  return (
    parts.length === others.length &&
    parts.every((part, place) => [part, others[place] ?? ""].some((one) => one.startsWith("{")) || part === others[place])
  );
}

function memberOf(document: unknown, operation: string, member: string): boolean {
  const name = `${operation}_output`.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return leads(document, `#/components/schemas/${name}/properties/${member}`);
}

function leads(document: unknown, reference: string): boolean {
  let here: unknown = document;
  for (const part of reference.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    here = isJsonObject(here) ? here[key] : Array.isArray(here) ? here[Number(key)] : undefined;
  }
  return here !== undefined;
}
