import { expect, test } from "vitest";
import { catalogOf, closed } from "../../test/support/catalog-of.ts";
import type { ToolFacts } from "../../test/support/catalog-of.ts";
import type { JsonObject } from "../base/json.ts";
import { changeWords } from "../model/tool-lock.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { diffTools } from "./diff-tools.ts";
import { lockTools } from "./lock-tools.ts";
import { planWorkflow } from "./plan-workflow.ts";

const context = { signal: new AbortController().signal, caller: {}, tell: () => undefined };

const WORKFLOW = {
  file: "order.yaml",
  text: `id: order
steps:
  - { id: find, tool: s.find, with: { sku: a } }
  - { id: pay, tool: s.pay, with: { total: "\${{ steps.find.output.total }}" }, verify: { tool: s.paid, happened: "\${{ output.done }}" } }
  - { id: child, workflow: ship }
`,
  children: [{ file: "ship.yaml", text: "id: ship\nsteps:\n  - id: send\n    tool: post.send\n    compensate: { tool: post.recall }\n" }],
};

const FIND = { inputSchema: closed({ sku: { type: "string" } }), outputSchema: closed({ total: { type: "number" } }) };
const PAID = { outputSchema: closed({ done: { type: "boolean" } }) };

/** Asked for all servers of the workflows at once, and how often. */
function world(changes: { readonly s?: Readonly<Record<string, ToolFacts>>; readonly post?: Readonly<Record<string, ToolFacts>> } = {}) {
  const asked: (readonly string[])[] = [];
  const catalog = catalogOf({
    s: { tools: changes.s ?? { find: FIND, pay: {}, paid: PAID, unused: {} } },
    post: { tools: changes.post ?? { send: {}, recall: { annotations: { idempotentHint: true } } } },
  });
  const catalogs: CatalogSource = {
    catalog: async (names) => {
      asked.push(names);
      return catalog;
    },
  };
  return { asked, catalogs };
}

async function locked(): Promise<Readonly<Record<string, LockedTool>>> {
  return (await lockTools({ workflows: [WORKFLOW] }, world(), context)).tools;
}

test("all tools that a workflow uses are locked, those of its children too, and servers are asked once", async () => {
  const { asked, catalogs } = world();
  const { tools, workflows, problems } = await lockTools({ workflows: [WORKFLOW, WORKFLOW] }, { catalogs }, context);
  const used = ["post.recall", "post.send", "s.find", "s.paid", "s.pay"];
  expect(asked).toEqual([["post", "s"]]);
  expect(Object.keys(tools)).toEqual(used);
  expect(workflows).toEqual([
    { file: "order.yaml", tools: used },
    { file: "order.yaml", tools: used },
  ]);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(tools["post.recall"]).toEqual({
    effect: "idempotent",
    annotations: { idempotentHint: true },
    inputSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    inputSchema: { type: "object" },
  });
  expect(tools["s.find"]?.inputSha256).not.toBe(tools["s.find"]?.outputSha256);
});

test("workflows that cannot be planned are not locked, and all that is wrong with them is told", async () => {
  const broken = { file: "b.yaml", text: "id: b\nsteps:\n  - { id: a, tool: s.nope }\n  - { id: c, tool: none.x }\n" };
  const { tools, workflows, problems } = await lockTools({ workflows: [WORKFLOW, broken] }, world(), context);
  expect({ tools, workflows }).toEqual({ tools: {}, workflows: [] });
  expect(problems.filter(({ severity }) => severity === "error").map(({ file, line }) => `${file}:${line}`)).toEqual([
    "b.yaml:3",
    "b.yaml:4",
  ]);
});

test("each tool is the same, has changed or is gone, and the workflows that break are told with the places where they do", async () => {
  const s = { find: { ...FIND, outputSchema: closed({ sum: { type: "number" } }) }, pay: {}, paid: PAID };
  const { tools, workflows } = await diffTools({ tools: await locked(), workflows: [WORKFLOW] }, world({ s, post: { send: {} } }), context);
  expect(tools.map(({ name, status, changes }) => [name, status, ...changes.map(changeWords)])).toEqual([
    ["post.recall", "gone"],
    ["post.send", "same"],
    ["s.find", "changed", 'output: "total" was removed', 'output: "sum" is new'],
    ["s.paid", "same"],
    ["s.pay", "same"],
  ]);
  expect(workflows).toMatchObject([
    {
      file: "order.yaml",
      breaks: true,
      problems: [
        { file: "order.yaml", line: 4, message: 'the output of s.find has no "total" - known are "sum"' },
        { file: "order.yaml", line: 5, message: expect.stringContaining('unknown tool "post.recall"') },
      ],
    },
  ]);
});

test("a change that breaks nobody breaks no workflow", async () => {
  const s = { find: { ...FIND, inputSchema: { ...closed({ sku: {}, more: {} }), required: ["sku"] } }, pay: {}, paid: PAID };
  const { tools, workflows } = await diffTools({ tools: await locked(), workflows: [WORKFLOW] }, world({ s }), context);
  expect(tools.flatMap(({ changes }) => changes.map((change) => [changeWords(change), change.breaks]))).toEqual([
    ['input: "sku" is of any type now, and was string', "nobody"],
    ['input: "more" is new', "nobody"],
  ]);
  expect(workflows).toEqual([{ file: "order.yaml", breaks: false, problems: [] }]);
});

test("a property that a tool no longer speaks of is missed, though its schema allows that it comes", async () => {
  const open = (properties: object) => ({ outputSchema: { type: "object", properties: { ...properties } } });
  const before = await lockTools({ workflows: [WORKFLOW] }, world({ s: { find: open({ total: {} }), pay: {}, paid: PAID } }), context);
  const after = world({ s: { find: open({ sum: {} }), pay: {}, paid: PAID } });
  const { workflows } = await diffTools({ tools: before.tools, workflows: [WORKFLOW] }, after, context);
  expect(workflows[0]?.problems.map(({ message }) => message)).toEqual(['the output of s.find has no "total" - known are "sum"']);
});

test("only the tools of the given workflows are told of when that is asked for, and one that was never locked always", async () => {
  const { "s.find": find, "s.pay": pay } = await locked();
  const one = { file: "one.yaml", text: "id: one\nsteps:\n  - { id: a, tool: s.find, with: { sku: a } }\n  - { id: b, tool: s.unused }\n" };
  const tools = { ...(find && { "s.find": find }), ...(pay && { "s.pay": pay }), "none.x": find } as Readonly<Record<string, LockedTool>>;
  const differ = async (usedOnly: boolean) => (await diffTools({ tools, workflows: [one], usedOnly }, world(), context)).tools;
  const status = (found: Awaited<ReturnType<typeof differ>>) => found.map(({ name, status: what }) => `${name} ${what}`);
  expect(status(await differ(true))).toEqual(["s.find same", "s.unused unlocked"]);
  expect(status(await differ(false))).toEqual(["none.x gone", "s.find same", "s.pay same", "s.unused unlocked"]);
});

test("a workflow is held to its lock: all that differs is told at once, each at its first use, in the file where that is", async () => {
  const { "s.pay": _, ...tools } = await locked();
  const changed = world({
    s: { find: { ...FIND, annotations: { readOnlyHint: true } }, pay: {}, paid: PAID },
    post: { send: { inputSchema: closed({}) }, recall: { annotations: { idempotentHint: true } } },
  });
  const { plan, problems } = await planWorkflow({ workflow: WORKFLOW, lockedTools: tools }, changed, context);
  expect(plan).toBeUndefined();
  const drift = problems.filter(({ code }) => code === "lock-drift");
  expect(drift.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)).toEqual([
    'order.yaml:3:23: "s.find" is not as it was locked: effect: is read now, and was once; annotations: are {"readOnlyHint":true} now, and were {}',
    'order.yaml:4:22: "s.pay" is not in the lock: add it with tutti servers lock',
    'ship.yaml:4:11: "post.send" is not as it was locked: input: "*" is no longer allowed: there are no other properties',
  ]);
});

test("with a lock that holds, the plan is the same as without", async () => {
  const ports = world();
  const free = await planWorkflow({ workflow: WORKFLOW }, ports, context);
  expect(await planWorkflow({ workflow: WORKFLOW, lockedTools: await locked() }, ports, context)).toEqual(free);
  expect(free.plan).toBeDefined();
});

test("a tool whose schema is nested without end is not locked, and is no longer the same where it was", async () => {
  let deep: JsonObject = { type: "string" };
  for (let depth = 0; depth < 2_000; depth += 1) deep = { properties: { a: deep } };
  const endless = world({ s: { find: { inputSchema: deep }, pay: {}, paid: PAID } });
  const one = { file: "one.yaml", text: "id: one\nsteps:\n  - { id: a, tool: s.find, with: { a: {} } }\n" };
  const words = "nested too deep to be compared";
  expect((await lockTools({ workflows: [one] }, endless, context)).problems).toMatchObject([
    { line: 3, column: 20, message: expect.stringContaining(words) },
  ]);
  const tools = await locked();
  const diff = await diffTools({ tools, workflows: [one], usedOnly: true }, endless, context);
  expect(diff.tools).toMatchObject([{ status: "changed", changes: [{ breaks: "callers", message: expect.stringContaining(words) }] }]);
  const { problems } = await planWorkflow({ workflow: one, lockedTools: tools }, endless, context);
  expect(problems.filter(({ code }) => code === "lock-drift")).toMatchObject([{ message: expect.stringContaining(words) }]);
});

test("the tools that do the work of a type, and those that are checks, are locked like those that a workflow names", async () => {
  const catalogs: CatalogSource = {
    ...world().catalogs,
    registry: {
      checks: { "unit-tests": { kind: "tool", server: "s", tool: "unused", arguments: {} } },
      handlers: { deployment: { server: "post", tool: "send" } },
    },
  };
  const text = "id: w\nsteps:\n  - { id: a, type: deployment, enforcement: unit-tests }\n";
  const { tools, problems } = await lockTools({ workflows: [{ file: "w.yaml", text }] }, { catalogs }, context);
  expect({ tools: Object.keys(tools), problems }).toEqual({ tools: ["post.send", "s.unused"], problems: [] });
  const planned = await planWorkflow({ workflow: { file: "w.yaml", text }, lockedTools: {} }, { catalogs }, context);
  expect(planned.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    '3:5 "post.send" is not in the lock: add it with tutti servers lock',
    '3:45 "s.unused" is not in the lock: add it with tutti servers lock',
  ]);
});
