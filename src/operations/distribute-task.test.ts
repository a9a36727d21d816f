import { expect, test } from "vitest";
import { machine } from "../../test/support/fake-machines.ts";
import { TaskWorld, WORKER } from "../../test/support/task-world.ts";
import type { DistributeTaskInput, TaskDefinition } from "../contract/distribute-task.ts";
import type { CallOutcome } from "../model/call.ts";

const WORKS = { worker: WORKER };

function task(taskType: string, more: Partial<TaskDefinition> = {}): DistributeTaskInput["taskDefinition"] {
  return { taskType, serviceName: "worker", payload: {}, ...more };
}

/** Machines that answer with their names; those that are told to say no. */
function worldOf(names: readonly string[], saysNo: readonly string[] = []): TaskWorld {
  const world = new TaskWorld();
  for (const name of names) world.machines.join(name, WORKS);
  world.machines.act = (name): CallOutcome =>
    saysNo.includes(name)
      ? { kind: "failed", accepted: true, error: { kind: "tool_error", message: `${name} says no` } }
      : { kind: "succeeded", output: { by: name } };
  return world;
}

async function outcomes(world: TaskWorld, taskGroupId: string): Promise<readonly string[]> {
  const { results } = await world.results(taskGroupId);
  return results.map(({ machineId, status }) => `${machineId} ${status}`);
}

test("each machine gets one task, at once, and the results come together", async () => {
  await using world = worldOf(["a", "b"]);
  const { taskGroupId, tasks, created } = await world.distribute({
    taskDefinition: task("set", { payload: { n: 1 } }),
    targetMachines: ["a", "b", "a"],
  });
  expect({ tasks: tasks.map(({ taskId, machineId }) => [taskId, machineId]), created }).toEqual({
    tasks: [
      [`${taskGroupId}.1`, "a"],
      [`${taskGroupId}.2`, "b"],
    ],
    created: true,
  });
  expect(await world.results(taskGroupId)).toMatchObject({
    status: "completed",
    results: [
      { machineId: "a", status: "completed", result: { by: "a" } },
      { machineId: "b", status: "completed", result: { by: "b" } },
    ],
    counts: { total: 2, completed: 2, failed: 0, inDoubt: 0 },
  });
  expect(world.machines.calls.map(({ call }) => [call.server, call.tool, call.arguments])).toEqual([
    ["worker", "set", { n: 1 }],
    ["worker", "set", { n: 1 }],
  ]);
});

test("nothing in a payload is taken for an expression", async () => {
  await using world = worldOf(["a"]);
  const payload = { text: "${{ secrets.KEY }}", 'a "quoted" key': "$${{ x }}", deep: { "${{ 1 }}": ["${{ inputs }}"] } };
  await world.distribute({ taskDefinition: task("act", { payload }), targetMachines: ["a"] });
  expect(world.machines.calls[0]?.call.arguments).toEqual(payload);
});

test.each<[DistributeTaskInput["executionStrategy"], string | undefined, readonly string[], readonly string[]]>([
  ["sequential", undefined, ["b"], ["a completed", "b failed", "c completed"]],
  ["conditional", undefined, ["b"], ["a completed", "b failed", "c skipped"]],
  ["conditional", undefined, [], ["a completed", "b completed", "c completed"]],
  ["conditional", 'previous.result.by == "a"', [], ["a completed", "b completed", "c skipped"]],
  ["conditional", 'previous.result.by == "z"', [], ["a completed", "b skipped", "c skipped"]],
  ["conditional", 'previous.status != "completed"', [], ["a completed", "b skipped", "c skipped"]],
  ["conditional", 'results.all(r, r.status == "failed")', ["a"], ["a failed", "b completed", "c skipped"]],
  [
    "conditional",
    'previous.error != null && previous.error.message.contains("says no") // so far',
    ["a", "b"],
    ["a failed", "b failed", "c completed"],
  ],
])("%s, while %s", async (executionStrategy, condition, saysNo, expected) => {
  await using world = worldOf(["a", "b", "c"], saysNo);
  const definition = task("look", condition === undefined ? {} : { condition });
  const { taskGroupId } = await world.distribute({
    taskDefinition: definition,
    targetMachines: ["a", "b", "c"],
    ...(executionStrategy === undefined ? {} : { executionStrategy }),
  });
  expect(await outcomes(world, taskGroupId)).toEqual(expected);
});

test("without machines the best one gets the task", async () => {
  await using world = worldOf([]);
  world.machines.join("worn", WORKS, { usage: { cpu: 0.9 } });
  world.machines.join("fresh", WORKS, { usage: { cpu: 0.1 } });
  world.machines.join("other", {}, { usage: { cpu: 0 } });
  const { tasks } = await world.distribute({ taskDefinition: task("look") });
  expect(tasks).toMatchObject([{ machineId: "fresh" }]);
});

test("the same key gives the same group, also when the machine has gone since", async () => {
  await using world = worldOf(["a"]);
  const input = { taskDefinition: task("act"), targetMachines: ["a"], requestKey: "once" };
  const first = await world.distribute(input);
  world.machines.lose("a");
  expect(await world.distribute(input)).toMatchObject({ taskGroupId: first.taskGroupId, created: false });
  expect(world.machines.calls).toHaveLength(1);
});

test.each<[string, Partial<DistributeTaskInput>]>([
  ["another payload", { taskDefinition: task("act", { payload: { n: 2 } }) }],
  ["another type", { taskDefinition: task("look") }],
  ["other machines", { targetMachines: ["b"] }],
  ["another strategy", { executionStrategy: "sequential" }],
])("a key that was used for tasks with %s is refused, and nothing is sent", async (_, other) => {
  await using world = worldOf(["a", "b"]);
  const input = { taskDefinition: task("act"), targetMachines: ["a"], requestKey: "once" };
  await world.distribute(input);
  const message = expect.stringContaining('the request key "once" was used for other tasks');
  await expect(world.distribute({ ...input, ...other })).rejects.toMatchObject({ code: "input.invalid", message });
  expect(world.machines.calls).toHaveLength(1);
});

test("a type of task of the configuration stands for a tool", async () => {
  await using world = new TaskWorld({ taskTypes: { code_analysis: { tool: "worker.look" } } });
  world.machines.join("a", WORKS);
  await world.distribute({ taskDefinition: task("code_analysis"), targetMachines: ["a"] });
  expect(world.machines.calls.map(({ call }) => call.tool)).toEqual(["look"]);
  const elsewhere = world.distribute({ taskDefinition: { ...task("code_analysis"), serviceName: "other" }, targetMachines: ["a"] });
  await expect(elsewhere).rejects.toMatchObject({ code: "server.not-found" });
});

test.each<[string, DistributeTaskInput, string, RegExp]>([
  [
    "an unknown machine",
    { taskDefinition: task("look"), targetMachines: ["mars"] },
    "input.invalid",
    /unknown machine "mars" - "a" could do it/,
  ],
  [
    "one that is away",
    { taskDefinition: task("look"), targetMachines: ["away"] },
    "input.invalid",
    /machine "away" is offline - "a" could do it/,
  ],
  [
    "one that has not the service",
    { taskDefinition: task("look"), targetMachines: ["bare"] },
    "input.invalid",
    /machine "bare" has no tool "worker.look"/,
  ],
  [
    "this machine, which has not the service",
    { taskDefinition: task("look"), targetMachines: ["local"] },
    "input.invalid",
    /machine "local" has no tool/,
  ],
  ["an unknown service", { taskDefinition: { ...task("look"), serviceName: "wroker" } }, "server.not-found", /did you mean "worker"/],
  ["an unknown type", { taskDefinition: task("lok") }, "tool.not-found", /did you mean "look"/],
  [
    "a payload that does not fit",
    { taskDefinition: task("set", { payload: { n: "one" } }) },
    "input.invalid",
    /payload.n must be a number.*worker.set/,
  ],
  [
    "more than any machine has",
    { taskDefinition: task("look", { resources: { gpu: 9 } }) },
    "input.invalid",
    /has as much as the task occupies/,
  ],
  ["resources in unknown words", { taskDefinition: task("look", { resources: { gpus: 1 } }) }, "input.invalid", /gpus/],
  [
    "a condition that is none",
    { taskDefinition: task("look", { condition: "previous.(" }), executionStrategy: "conditional" },
    "input.invalid",
    /condition: /,
  ],
  ["a condition that nobody asks for", { taskDefinition: task("look", { condition: "true" }) }, "input.invalid", /no effect/],
])("%s is refused, with what would be right", async (_, input, code, message) => {
  await using world = worldOf(["a", "away"]);
  world.machines.join("a", WORKS, { resources: { gpu: 2 } });
  world.machines.join("bare", {});
  world.machines.lose("away");
  await expect(world.distribute(input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(world.machines.calls).toEqual([]);
});

test("a service of which every machine is away is not there, and is there again with the machine", async () => {
  await using world = worldOf(["a"]);
  world.machines.lose("a");
  await expect(world.distribute({ taskDefinition: task("look") })).rejects.toMatchObject({
    code: "server.unavailable",
    message: 'no machine that has server "worker" is online',
  });
  world.machines.join("b", WORKS);
  expect((await world.distribute({ taskDefinition: task("look") })).tasks).toMatchObject([{ machineId: "b" }]);
});

test("a machine that rests takes no tasks, and says why", async () => {
  await using world = worldOf(["a"]);
  world.machines.join("b", WORKS, machine("b", { status: "maintenance", runningServices: ["worker"] }));
  await expect(world.distribute({ taskDefinition: task("look"), targetMachines: ["b"] })).rejects.toThrow(/maintenance/);
});

test("tasks of other tenants are not there", async () => {
  const identity = (tenant: string) => ({ identity: { tenant, roles: [], permissions: [], authMethod: "jwt" as const } });
  await using world = new TaskWorld({ caller: identity("acme") });
  world.machines.join("a", WORKS);
  const { taskGroupId } = await world.distribute({ taskDefinition: task("look"), targetMachines: ["a"] });
  expect(await world.status(taskGroupId)).toMatchObject({ taskGroupId });
  await expect(world.status(taskGroupId, identity("globex"))).rejects.toMatchObject({ code: "task.not-found" });
  await expect(world.status(`${taskGroupId}.2`)).rejects.toMatchObject({ code: "task.not-found" });
  await expect(world.results(`${taskGroupId}.1`)).rejects.toMatchObject({ code: "task.not-found" });
});

test("tasks that come one after the other do not all go to the machine that was idle when it was last heard of", async () => {
  await using world = new TaskWorld();
  for (const name of ["a", "b", "c"]) world.machines.join(name, WORKS);
  const chosen: string[] = [];
  for (let place = 0; place < 6; place += 1) {
    const { tasks } = await world.distribute({ taskDefinition: task("set") });
    chosen.push(...tasks.map(({ machineId }) => machineId));
  }
  expect(chosen.sort()).toEqual(["a", "a", "b", "b", "c", "c"]);
});
