import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { routedOperations } from "../../src/http/route-table.ts";
import type { RoutedOperation } from "../../src/http/route-table.ts";
import { OPERATION_SAMPLES, SAMPLE_SOURCE } from "../support/operation-samples.ts";
import { sampleFacts } from "../support/sample-facts.ts";
import { sampleRequest } from "../support/sample-request.ts";
import { servedWorld } from "../support/served-world.ts";
import type { Answer } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROUTED = routedOperations(OPERATIONS);

test("there is a sample for every operation, so that none goes untried", () => {
  expect(Object.keys(OPERATION_SAMPLES).sort()).toEqual(ROUTED.map(({ operation }) => operation.name).sort());
});

test("every operation answers at its route as the OpenAPI document says", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const { document: openApi } = await world.ask("/openapi.json");
  let facts = await sampleFacts(world);
  for (const routed of ROUTED) {
    const { path, ...asking } = sampleRequest(routed, facts);
    const answer = await world.ask(path, asking);
    // What one operation ends is not there for the next.
    if (routed.operation.kind === "change") facts = await sampleFacts(world);
    expect([routed.operation.name, answer.status, answer.text.slice(0, 500)]).toEqual([
      routed.operation.name,
      expect.toBeOneOf(SURE[routed.operation.name] ?? [200, 201]),
      expect.any(String),
    ]);
    expect([routed.operation.name, faultsOf(openApi, routed, answer)]).toEqual([routed.operation.name, []]);
  }
  expect(world.faults).toEqual([]);
});

/** What waits for an approval is in no doubt. */
const SURE: Readonly<Record<string, readonly number[]>> = { resolve_execution: [409] };

test("what was made is at its place", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const made = await world.ask("/executions", { body: { workflow: SAMPLE_SOURCE }, headers: { "idempotency-key": "k1" } });
  const place = made.headers.get("location") ?? "";
  expect([made.status, place]).toEqual([201, expect.stringMatching(/^\/api\/v1\/executions\//)]);
  expect((await (await fetch(`${world.url}${place}`)).json()) as Json).toMatchObject({ workflow_id: "sample" });
  const again = await world.ask("/executions", { body: { workflow: SAMPLE_SOURCE }, headers: { "idempotency-key": "k1" } });
  expect([again.status, again.headers.get("location")]).toEqual([200, place]);
});

/** What of an answer is otherwise than its schema. */
function faultsOf(openApi: Json, { operation, route }: RoutedOperation, { status, document }: Answer): readonly unknown[] {
  const schemas = memberOf(openApi, ["components", "schemas"]);
  const responses = memberOf(openApi, ["paths", route.path, route.method.toLowerCase(), "responses"]);
  if (!isJsonObject(responses) || responses[String(status)] === undefined)
    return [`${operation.name} does not say that it answers with ${status}`];
  const name =
    status < 400 ? `${operation.name}_output`.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()) : "Error";
  const root = { $ref: `#/components/schemas/${name}`, components: { schemas } };
  return new Validator(root, "2020-12", false).validate(document).errors;
}

function memberOf(document: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, name) => (isJsonObject(here) ? here[name] : undefined), document);
}
