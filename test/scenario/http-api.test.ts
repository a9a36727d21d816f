import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { isJsonObject } from "../../src/base/json.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { pathParameters, routedOperations } from "../../src/http/route-table.ts";
import type { RoutedOperation } from "../../src/http/route-table.ts";
import { OPERATION_SAMPLES, SAMPLE_SOURCE } from "../support/operation-samples.ts";
import type { SampleFacts } from "../support/operation-samples.ts";
import { servedWorld } from "../support/served-world.ts";
import type { Answer, ServedWorld } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROUTED = routedOperations(OPERATIONS);

test("there is a sample for every operation, so that none goes untried", () => {
  expect(Object.keys(OPERATION_SAMPLES).sort()).toEqual(ROUTED.map(({ operation }) => operation.name).sort());
});

test("every operation answers at its route as the OpenAPI document says", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const { document: openApi } = await world.ask("/openapi.json");
  let facts = await factsIn(world);
  for (const routed of ROUTED) {
    const answer = await askSample(world, routed, facts);
    // What one operation ends is not there for the next.
    if (routed.operation.kind === "change") facts = await factsIn(world);
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

async function askSample(world: ServedWorld, { operation, route }: RoutedOperation, facts: SampleFacts): Promise<Answer> {
  const sample = OPERATION_SAMPLES[operation.name]?.(facts);
  const document: Record<string, Json> = isJsonObject(sample) ? { ...sample } : {};
  let path = route.path;
  for (const name of pathParameters(route.path)) {
    path = path.replace(`{${name}}`, encodeURIComponent(textOf(document[name])));
    delete document[name];
  }
  if (route.method === "POST" || route.method === "PUT") return await world.ask(path, { method: route.method, body: document });
  const query = new URLSearchParams(Object.entries(document).map(([name, value]): [string, string] => [name, textOf(value)]));
  return await world.ask(`${path}?${query.toString()}`, { method: route.method });
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

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

const QUESTION: JsonObject = { file: "question.yaml", text: 'id: question\nsteps:\n  - { id: ask, approval: { message: "Go on?" } }\n' };
const FAILING: JsonObject = {
  file: "failing.yaml",
  text: 'id: failing\ninputs: { n: { type: integer, default: 7 } }\nsteps:\n  - { id: a, value: "${{ [1][inputs.n] }}" }\n',
};

async function factsIn(world: ServedWorld): Promise<SampleFacts> {
  const started = async (workflow: JsonObject): Promise<string> =>
    idIn(await world.ask("/executions", { body: { workflow } }), "execution_id");
  const [ended, waiting, failed] = [await started(SAMPLE_SOURCE), await started(QUESTION), await started(FAILING)];
  for (const id of [ended, waiting, failed]) await world.ask(`/executions/${id}/watch`);
  const workflow = `stored-${ended}`;
  await world.ask("/workflows", { body: { workflow_id: workflow, name: "Stored", steps: [{ id: "a", value: 1 }] } });
  const task = { task_type: "echo", service_name: "echo", payload: { word: "x" } };
  const taskGroup = idIn(await world.ask("/tasks", { body: { task_definition: task } }), "task_group_id");
  const applied = await world.ask("/patterns/infrastructure-enforcement/applications", {
    body: { target_component: "database-connections" },
  });
  return { ended, waiting, failed, workflow, taskGroup, application: idIn(applied, "application_id") };
}

function idIn({ document, text }: Answer, name: string): string {
  const id = isJsonObject(document) ? document[name] : undefined;
  if (typeof id !== "string") throw new Error(`there is no ${name} in ${text}`);
  return id;
}
