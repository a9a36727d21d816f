import { expect, test } from "vitest";
import { documentOf } from "../support/mcp-documents.ts";
import { mcpWorld } from "../support/mcp-world.ts";
import type { Connecting, TestClient } from "../support/mcp-world.ts";

const ERAS: readonly Connecting[] = [{ era: "legacy" }, { era: "modern" }];

test.each(ERAS)("in the era $era workflows and executions are listed by page, and read with the journal", async (way) => {
  await using world = await mcpWorld();
  await using client = await world.connect({ ...way, options: { listMaxPages: 1_000 } });
  const ids = Array.from({ length: 103 }, (_, place) => `w-${String(place).padStart(3, "0")}`);
  for (const id of ids)
    await documentOf(client, "create_workflow", { workflow_id: id, name: `Number ${id}`, steps: [{ id: "a", value: 1 }] });
  const { execution_id: executionId } = await documentOf(client, "execute_workflow", { workflow_id: "w-000" });
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual([
    ...ids.map((id) => `tutti://workflows/${id}`),
    `tutti://executions/${String(executionId)}`,
  ]);
  expect(await read(client, "tutti://workflows/w-007")).toMatchObject({ workflow_id: "w-007", name: "Number w-007" });
  expect(await read(client, `tutti://executions/${String(executionId)}`)).toMatchObject({ workflow_id: "w-000" });
  expect(await read(client, `tutti://executions/${String(executionId)}/journal`)).toMatchObject({
    events: [{ type: "execution-started" }, {}, {}],
  });
  for (const uri of ["tutti://workflows/nobody", "tutti://executions/nobody", "file:///etc/passwd"]) {
    await expect(client.readResource({ uri })).rejects.toThrow("not found");
  }
  await expect(client.listResources({ cursor: "nonsense" })).rejects.toMatchObject({ code: -32_602 });
  expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(3);
  expect(world.faults).toEqual([]);
});

test.each(ERAS)("in the era $era prompts hold what a model needs", async (way) => {
  await using world = await mcpWorld();
  await using client = await world.connect(way);
  expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
    "write-a-workflow",
    "apply-a-pattern",
    "fix-a-workflow",
    "explain-execution",
  ]);
  const written = await prompt(client, "write-a-workflow", { goal: "Back up the notes." });
  for (const part of ["Back up the notes.", "Keys of a step", "for_each", "Tools that there are:\nnone"]) expect(written).toContain(part);
  const definition = "id: w\nsteps:\n  - { id: a, value: 1, uses: x }\n";
  const fixed = await prompt(client, "fix-a-workflow", { definition });
  expect(fixed).toContain("line 3");
  expect(fixed).toContain('"uses"');
  await documentOf(client, "create_workflow", { workflow_id: "kept", steps: [{ id: "only-step", value: 1 }] });
  expect(await prompt(client, "fix-a-workflow", { workflow_id: "kept", problem: "It is too slow." })).toMatch(
    /only-step[\s\S]*none by itself[\s\S]*too slow/,
  );
  const { execution_id: executionId } = await documentOf(client, "execute_workflow", { workflow_id: "kept" });
  expect(await prompt(client, "explain-execution", { execution_id: String(executionId) })).toContain("only-step");
  expect(await prompt(client, "apply-a-pattern", { component: "database" })).toContain("infrastructure-enforcement");
  expect(world.faults).toEqual([]);
});

test.each([
  ["nobody", {}],
  ["write-a-workflow", {}],
  ["fix-a-workflow", {}],
  ["explain-execution", { execution_id: "nobody" }],
])("the prompt %s with %j is refused", async (name, given) => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  await expect(client.getPrompt({ name, arguments: given })).rejects.toMatchObject({ code: -32_602 });
  expect(world.faults).toEqual([]);
});

test("arguments are completed with what there is, for each tenant its own", async () => {
  await using world = await mcpWorld({ keys: { ada: { tenant: "acme" }, eve: { tenant: "globex" } } });
  await using ada = await world.connect({ key: "ada" });
  await using eve = await world.connect({ key: "eve" });
  await documentOf(ada, "create_workflow", { workflow_id: "greet", steps: [{ id: "a", value: 1 }] });
  const workflow = { type: "ref/resource", uri: "tutti://workflows/{id}" } as const;
  const complete = async (
    client: TestClient,
    ref: Parameters<TestClient["complete"]>[0]["ref"],
    name: string,
    value: string,
  ): Promise<readonly string[]> => (await client.complete({ ref, argument: { name, value } })).completion.values;
  expect(await complete(ada, workflow, "id", "gr")).toEqual(["greet"]);
  expect(await complete(ada, workflow, "id", "x")).toEqual([]);
  expect(await complete(eve, workflow, "id", "")).toEqual([]);
  expect(await complete(ada, { type: "ref/prompt", name: "fix-a-workflow" }, "workflow_id", "")).toEqual(["greet"]);
  expect(await complete(ada, { type: "ref/prompt", name: "apply-a-pattern" }, "pattern_name", "infra")).toEqual([
    "infrastructure-enforcement",
  ]);
  expect(await complete(ada, { type: "ref/prompt", name: "write-a-workflow" }, "goal", "")).toEqual([]);
});

async function read(client: TestClient, uri: string): Promise<unknown> {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  return first !== undefined && "text" in first ? JSON.parse(first.text) : undefined;
}

async function prompt(client: TestClient, name: string, given: Record<string, string>): Promise<string> {
  const { messages } = await client.getPrompt({ name, arguments: given });
  const content = messages[0]?.content;
  return content?.type === "text" ? content.text : "";
}
