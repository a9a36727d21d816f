import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";
import { inRepository } from "../../support/built-command.ts";

const FIND = {
  name: "find",
  annotations: { readOnlyHint: true },
  inputSchema: { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] },
  outputSchema: { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] },
};
const PAY = { name: "pay", inputSchema: { type: "object", properties: { for: { type: "string" } } } };
const STORED = { ...FIND, inputSchema: { ...FIND.inputSchema, required: ["sku", "store"] } };
const MORE = { ...FIND, inputSchema: { ...FIND.inputSchema, properties: { ...FIND.inputSchema.properties, store: {} } } };

const ORDER = `id: order
steps:
  - id: find
    tool: shop.find
    with: { sku: a }
  - { id: pay, tool: shop.pay, with: { for: "\${{ steps.find.output.sku }}" } }
`;

interface LockDocument {
  readonly tools: Readonly<Record<string, { readonly effect: string }>>;
  readonly workflows: Readonly<Record<string, readonly string[]>>;
}

/** A world with workflows in a folder, whose server has these tools from now on. */
function shop(): CommandWorld & { has(...tools: readonly object[]): void } {
  const world = commandWorld();
  mkdirSync(join(world.path, "flows"));
  world.write("flows/order.yaml", ORDER);
  world.write("flows/look.yaml", "id: look\nsteps:\n  - { id: find, tool: shop.find, with: { sku: a } }\n");
  const has = (...tools: readonly object[]): void => {
    const shopEntry = {
      command: process.execPath,
      args: [inRepository("test/support/servers/shaped.ts")],
      env: { TOOLS: JSON.stringify(tools) },
    };
    world.write("tutti.yaml", JSON.stringify({ servers: { shop: shopEntry }, operations: { order: "flows/order.yaml" } }));
  };
  has(FIND, PAY);
  return { ...world, has, [Symbol.dispose]: () => world[Symbol.dispose]() };
}

function lockOf(world: CommandWorld): LockDocument {
  return JSON.parse(readFileSync(join(world.path, "tutti.lock"), "utf8")) as LockDocument;
}

test("what was locked runs frozen while nothing changes, and anybody who locks it again gets the same file", async () => {
  using world = shop();
  expect(await world.run("servers", "lock", "flows/order.yaml")).toMatchObject({
    exitCode: 0,
    stdout: "tutti.lock: 2 tools of 1 workflow, 2 new\n",
  });
  const text = readFileSync(join(world.path, "tutti.lock"), "utf8");
  expect(lockOf(world).workflows).toEqual({ "flows/order.yaml": ["shop.find", "shop.pay"] });
  expect(await world.run("servers", "diff")).toMatchObject({ exitCode: 0, stdout: "tools: 2 same; none of 1 workflow breaks\n" });
  expect((await world.run("plan", "--frozen", "flows/order.yaml")).exitCode).toBe(0);
  expect((await world.run("run", "--frozen", "flows/order.yaml")).exitCode).toBe(0);
  world.has(PAY, { ...FIND, inputSchema: { required: ["sku"], properties: FIND.inputSchema.properties, type: "object" } });
  expect((await world.run("servers", "lock")).stdout).toBe("tutti.lock: 2 tools of 1 workflow, nothing has changed\n");
  expect(readFileSync(join(world.path, "tutti.lock"), "utf8")).toBe(text);
  expect(readdirSync(world.path).filter((name) => name.includes("tutti.lock"))).toEqual(["tutti.lock"]);
});

test("a change that breaks no workflow is shown, and holds back what is frozen until it is locked", async () => {
  using world = shop();
  await world.run("servers", "lock", "flows/order.yaml", "flows/look.yaml");
  world.has(MORE, PAY);
  const diff = await world.run("servers", "diff");
  expect(diff).toMatchObject({ exitCode: 1, stderr: "" });
  expect(diff.stdout).toBe(' ! shop.find has changed\n     input: "store" is new\ntools: 1 same, 1 changed; none of 2 workflows breaks\n');
  const frozen = await world.run("run", "--frozen", "flows/order.yaml");
  expect(frozen.exitCode).toBe(65);
  expect(frozen.stderr).toContain('order.yaml:4:11: "shop.find" is not as it was locked: input: "store" is new');
  expect((await world.run("run", "flows/order.yaml")).exitCode).toBe(0);
  expect((await world.run("servers", "lock")).stdout).toBe("tutti.lock: 2 tools of 2 workflows, 1 changed\n");
  expect((await world.run("run", "--frozen", "flows/order.yaml")).exitCode).toBe(0);
});

test("workflows that break are named with the places where they do", async () => {
  using world = shop();
  await world.run("servers", "lock", "flows/order.yaml", "flows/look.yaml");
  world.has(STORED);
  const { exitCode, stdout, stderr } = await world.run("servers", "diff");
  expect(exitCode).toBe(65);
  expect(stdout).toContain('     input: "store" is required now  breaks callers\n ✖ shop.pay is gone\n');
  expect(stdout).toContain("tools: 0 same, 1 changed, 1 gone; 2 of 2 workflows break\n");
  for (const place of ["order.yaml:5:11: shop.find needs", "order.yaml:6:22: unknown tool", "look.yaml:3:40: shop.find needs"]) {
    expect(stderr).toContain(join("flows", place));
  }
  const only = await world.json<{ readonly tools: readonly { readonly name: string; readonly status: string }[] }>(
    "servers",
    "diff",
    "flows/look.yaml",
  );
  expect(only.tools).toMatchObject([{ name: "shop.find", status: "changed" }]);
  expect((await world.run("servers", "lock")).exitCode).toBe(65);
  expect(Object.keys(lockOf(world).tools)).toEqual(["shop.find", "shop.pay"]);
});

test("everything that is not as it was locked is told at once, by plan, run and request", async () => {
  using world = shop();
  await world.run("servers", "lock", "flows/look.yaml");
  world.has(MORE, PAY);
  const expected = ['"shop.find" is not as it was locked', '"shop.pay" is not in the lock'];
  const plan = await world.json<{ readonly problems: readonly { readonly message: string }[] }>("plan", "--frozen", "flows/order.yaml");
  expect(plan.problems.filter(({ message }) => message.includes("lock")).map(({ message }) => message.split(/:|: /)[0])).toEqual(expected);
  world.write("request.json", JSON.stringify({ meta: {}, data: { operation: "order", parameters: {} } }));
  const request = await world.run("request", "--frozen", "request.json");
  expect(request.exitCode).toBe(65);
  expect(expected.filter((part) => !request.stderr.includes(part))).toEqual([]);
  const detached = await world.run("run", "--frozen", "--detach", "flows/order.yaml");
  expect(detached.exitCode).toBe(65);
  expect(expected.filter((part) => !detached.stderr.includes(part))).toEqual([]);
  expect(await world.json("executions", "list")).toEqual({ executions: [] });
});

test("without a lock, or with one that was changed by hand, nothing frozen runs and nothing is compared", async () => {
  using world = shop();
  for (const command of [
    ["run", "--frozen", "flows/order.yaml"],
    ["servers", "diff"],
    ["servers", "lock"],
  ]) {
    const { exitCode, stderr } = await world.run(...command);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("tutti.lock:1:1: there is no such file") });
  }
  await world.run("servers", "lock", "flows/order.yaml");
  world.write("tutti.lock", readFileSync(join(world.path, "tutti.lock"), "utf8").replace('"string"', '"number"'));
  for (const command of [
    ["plan", "--frozen", "flows/order.yaml"],
    ["servers", "diff"],
    ["servers", "lock", "flows/order.yaml"],
  ]) {
    const { exitCode, stderr } = await world.run(...command);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 65,
      stderr: expect.stringMatching(/^tutti\.lock:\d+:\d+: this is not the hash/),
    });
  }
});

test("what no workflow uses any more is left out, and so is a workflow that is gone", async () => {
  using world = shop();
  await world.run("servers", "lock", "flows/order.yaml", "flows/look.yaml");
  world.write("flows/order.yaml", ORDER.replace(/ {2}- \{ id: pay.*\n/, ""));
  expect((await world.run("servers", "lock", "flows/order.yaml")).stdout).toBe("tutti.lock: 1 tool of 2 workflows, 1 removed\n");
  world.write("flows/look.yaml", "id: look\nsteps: []\n");
  const lock = lockOf(world);
  world.write("tutti.lock", `${JSON.stringify({ ...lock, workflows: { ...lock.workflows, "gone.yaml": [] } }, null, 2)}\n`);
  const diff = await world.run("servers", "diff");
  expect(diff.stderr).toContain("cannot read gone.yaml");
  const again = await world.run("servers", "lock");
  expect(again.stderr).toContain("it is left out, though it is in tutti.lock");
  expect(Object.keys(lockOf(world).workflows)).toEqual(["flows/look.yaml", "flows/order.yaml"]);
});
