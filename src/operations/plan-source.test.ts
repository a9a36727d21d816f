import { expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { TuttiError } from "../model/errors.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";

const CATALOG: CatalogSource = { catalog: async () => catalogOf({ s: { tools: { read: {} } } }) };
const AWAY: CatalogSource = {
  catalog: () => Promise.reject(new TuttiError("server.unavailable", "it is down", { server: "s" })),
};

async function problemsOf(text: string, catalogs: CatalogSource | undefined): Promise<readonly string[]> {
  const { problems } = await planSource(readSource({ file: "w.yaml", text }), catalogs, new AbortController().signal);
  return problems.map(({ line, message }) => `${line}: ${message}`);
}

const WRONG = `id: wrong
steps:
  - { id: a, tool: s.raed, needs: [b], retries: 3 }
  - { id: b, tool: s.read, needs: [a] }
  - { id: c, tool: s.nope, if: "\${{ 1 + }}" }
  - { id: d, tool: s.read, with: { x: "\${{ steps.zz.output }}" } }
`;

const IN_THE_TEXT = [
  "3: the steps need each other in a circle: a -> b -> a",
  '3: unknown key "retries" - did you mean "retry"?',
  "5: the expression ends too early",
  '6: unknown step "zz" - known are "a", "b", "c", "d"',
];

test("a file with errors is looked at whole: what cannot be read, the graph, and the tools", async () => {
  const tools = ['3: unknown tool "s.raed" - did you mean "s.read"?', '5: unknown tool "s.nope" - known are "s.read"'];
  expect([...(await problemsOf(WRONG, CATALOG))].sort()).toEqual([...IN_THE_TEXT, ...tools].sort());
});

test("without servers, and when they cannot be had, everything else is reported", async () => {
  expect(await problemsOf(WRONG, undefined)).toEqual(IN_THE_TEXT);
  expect(await problemsOf(WRONG, AWAY)).toEqual(IN_THE_TEXT);
});

test("of a workflow without errors of its own, a server that cannot be had is the problem", async () => {
  await expect(problemsOf("{ id: right, steps: [{ id: a, tool: s.read }] }", AWAY)).rejects.toMatchObject({ code: "server.unavailable" });
});
