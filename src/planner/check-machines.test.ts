import { expect, test } from "vitest";
import { machine } from "../../test/support/fake-machines.ts";
import { workflowOf } from "../../test/support/plan-steps.ts";
import type { Catalog } from "../model/tool.ts";
import { buildPlan } from "./build-plan.ts";

const tools = ["analyse", "train"].map((name) => ({ name, inputSchema: { type: "object" } }));
const about = { honoursIdempotencyKey: false, effects: {}, requires: {} };
const CATALOG: Catalog = {
  analyser: { name: "analyser", tools, machines: { local: ["analyse"], "gpu-1": ["analyse", "train"], "gpu-2": ["analyse"] }, ...about },
  trainer: { name: "trainer", tools, machines: { "gpu-1": ["analyse", "train"] }, ...about },
  files: { name: "files", tools, ...about },
};
const MACHINES = [
  machine("gpu-1", { resources: { gpu: 2 } }),
  machine("gpu-2", { status: "busy" }),
  machine("old", { status: "offline" }),
  machine("resting", { status: "maintenance" }),
];

test.each([
  ["{ tool: analyser.analyse }", []],
  ["{ tool: analyser.analyse, target_machines: gpu-1 }", []],
  ['{ tool: analyser.analyse, target_machines: [local, gpu-2], other_machines: ["*"] }', []],
  ['{ tool: trainer.train, target_machines: "*" }', []],
  ["{ tool: trainer.train }", []],
  ["{ tool: analyser.analyse, target_machines: gpu-3 }", ['steps.0.target_machines.0 unknown machine "gpu-3" - did you mean "gpu-1"?']],
  [
    "{ tool: analyser.analyse, target_machines: mars }",
    ['steps.0.target_machines.0 unknown machine "mars" - online are "local", "gpu-1", "gpu-2"'],
  ],
  [
    "{ tool: analyser.analyse, target_machines: [gpu-1, old] }",
    ['steps.0.target_machines.1 machine "old" is offline - online are "local", "gpu-1", "gpu-2"'],
  ],
  [
    "{ tool: analyser.analyse, target_machines: resting }",
    ['steps.0.target_machines.0 machine "resting" takes no tasks now (maintenance) - online are "local", "gpu-1", "gpu-2"'],
  ],
  [
    "{ tool: analyser.train, target_machines: gpu-2 }",
    ['steps.0.target_machines.0 machine "gpu-2" has no tool "analyser.train" - "gpu-1" has it'],
  ],
  [
    "{ tool: trainer.train, target_machines: local }",
    ['steps.0.target_machines.0 machine "local" has no tool "trainer.train" - "gpu-1" has it'],
  ],
  [
    "{ tool: files.train, target_machines: gpu-1 }",
    ['steps.0.target_machines.0 machine "gpu-1" has no tool "files.train" - "local" has it'],
  ],
  ["{ tool: analyser.train }", ['steps.0.tool "analyser.train" is not on this machine, but on "gpu-1" - say so with target_machines']],
  [
    "{ tool: analyser.train, target_machines: gpu-1, resources: { gpu: 3 } }",
    ['steps.0.target_machines.0 gpu: 3 is more than machine "gpu-1" has, which is 2'],
  ],
  [
    "{ tool: analyser.analyse, target_machines: gpu-1, other_machines: [gpu-9] }",
    ['steps.0.other_machines.0 unknown machine "gpu-9" - did you mean "gpu-1"?'],
  ],
  [
    "{ tool: analyser.analyse, other_machines: [old] }",
    ["steps.0.other_machines other_machines: it has no effect without target_machines"],
  ],
  [
    "{ value: 1, target_machines: gpu-1 }",
    ["steps.0.target_machines target_machines: it has no effect: only the call of a tool is sent to a machine"],
  ],
])("%s", (step, problems) => {
  const workflow = workflowOf(`id: w\nsteps: [{ id: a, ${step.slice(1)}]`);
  const found = buildPlan({ workflow, catalog: CATALOG, machines: MACHINES }).problems;
  const told = found.filter(({ code }) => code.includes("machine") || code === "no-effect");
  expect(told.map(({ path, message }) => `${path.join(".")} ${message}`)).toEqual(problems);
});

test("a server whose machines are all away is said to be away, and not to be unknown", () => {
  const workflow = workflowOf("id: w\nsteps: [{ id: a, tool: trainer.train }]");
  const catalog: Catalog = { trainer: { name: "trainer", tools: [], away: true, ...about } };
  expect(buildPlan({ workflow, catalog, machines: [] }).problems).toMatchObject([
    { code: "server-away", message: 'no machine that has server "trainer" is online', path: ["steps", 0, "tool"] },
  ]);
});

test("where nobody knows the machines, nothing is said of them", () => {
  const workflow = workflowOf("id: w\nsteps: [{ id: a, tool: analyser.analyse, target_machines: mars }]");
  expect(buildPlan({ workflow, catalog: CATALOG }).problems.filter(({ code }) => code.includes("machine"))).toEqual([]);
});
