import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallOutcome } from "../../src/model/call.ts";
import type { TaskProgress } from "../../src/contract/task-progress.ts";
import type { MachineCall } from "../support/fake-machines.ts";
import { TaskWorld, WORKER } from "../support/task-world.ts";

const NAMES = ["a", "b", "c"] as const;

/** What happens next: a machine does a call or only says that it could not; or it goes, having done what it had or not; or comes back. */
type Happening =
  | { readonly what: "does" | "refuses"; readonly call: number }
  | { readonly what: "dies"; readonly machine: number; readonly did: boolean }
  | { readonly what: "comes"; readonly machine: number }
  | { readonly what: "time"; readonly ms: number };

const call = fc.nat({ max: 5 });
const which = fc.nat({ max: 2 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant("does" as const), call }),
  fc.record({ what: fc.constant("refuses" as const), call }),
  fc.record({ what: fc.constant("dies" as const), machine: which, did: fc.boolean() }),
  fc.record({ what: fc.constant("comes" as const), machine: which }),
  fc.record({ what: fc.constant("time" as const), ms: fc.constantFrom(300, 4_000) }),
);

/** What was done in the world, whatever became of the answer. */
class Ledger {
  readonly #world: TaskWorld;
  readonly done: string[] = [];
  readonly #ended = new Set<MachineCall>();

  constructor(world: TaskWorld) {
    this.#world = world;
  }

  /** Calls that machines have in hand. */
  get open(): readonly MachineCall[] {
    return this.#world.machines.calls.filter((each) => !this.#ended.has(each) && this.#world.machines.isOpen(each));
  }

  do(given: MachineCall): void {
    this.done.push(keyOf(given));
    this.#end(given, { kind: "succeeded", output: given.machine });
  }

  refuse(given: MachineCall): void {
    this.#end(given, { kind: "failed", accepted: false, error: { kind: "connection", message: "it could not begin" } });
  }

  lose(machine: string, did: boolean): void {
    if (did) for (const given of this.open) if (given.machine === machine) this.done.push(keyOf(given));
    this.#world.machines.lose(machine);
  }

  #end(given: MachineCall, outcome: CallOutcome): void {
    this.#ended.add(given);
    given.answer(outcome);
  }
}

function keyOf({ call: { meta } }: MachineCall): string {
  return meta["dev.tutti/idempotency-key"] as string;
}

async function follow(world: TaskWorld, ledger: Ledger, happenings: readonly Happening[]): Promise<void> {
  for (const each of happenings) {
    if (each.what === "time") await world.pass(each.ms);
    else if (each.what === "dies") ledger.lose(NAMES[each.machine] ?? "a", each.did);
    else if (each.what === "comes") join(world, NAMES[each.machine] ?? "a");
    else {
      const given = ledger.open[each.call];
      if (given !== undefined && each.what === "does") ledger.do(given);
      else if (given !== undefined) ledger.refuse(given);
    }
    await world.settle();
  }
}

function join(world: TaskWorld, name: string): void {
  if (world.machines.services(name).length === 0) world.machines.join(name, { worker: WORKER });
}

/** In the end everybody is back, and does what he is asked. */
async function untilOver(world: TaskWorld, ledger: Ledger, group: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    for (const name of NAMES) join(world, name);
    for (const given of ledger.open) ledger.do(given);
    await world.settle();
    const { status, needsPerson } = await world.status(group);
    if ((status !== "running" && status !== "pending") || needsPerson) return;
    await world.pass(1_000);
  }
  throw new Error("it has not ended");
}

/** What became of a task, as the world knows it. */
interface Facts {
  /** How often it was done. */
  readonly times: number;
  /** How often it was sent. */
  readonly sent: number;
}

function factsOf(taskId: string, world: TaskWorld, ledger: Ledger): Facts {
  const [, group = "", number = ""] = /^(.*)\.(\d+)$/.exec(taskId) ?? [];
  const key = `${group}/task-${number}`;
  return {
    times: ledger.done.filter((done) => done === key).length,
    sent: world.machines.calls.filter((each) => keyOf(each) === key).length,
  };
}

/** What is wrong with what a task says of itself. */
function faultsOf({ taskId, status, inDoubt, attempts }: TaskProgress, tool: string, { times, sent }: Facts): readonly string[] {
  const actsOnce = tool === "act";
  const wrong = [
    [actsOnce && times > 1, `acted ${times} times`],
    [!actsOnce && inDoubt, "is in doubt, and may be repeated"],
    [inDoubt && sent === 0, "is in doubt, and was never sent"],
    [status === "completed" && times === 0, "has completed, and was never done"],
    // It is only given up when as many attempts were made as there may be.
    [status === "failed" && attempts !== 3, `was given up after ${attempts} attempts`],
    [status === "failed" && actsOnce && times > 0, "has failed, and was done"],
  ] as const;
  return wrong.flatMap(([isWrong, words]) => (isWrong ? `${taskId} ${words}` : []));
}

const story = fc.record({
  tool: fc.constantFrom("look", "set", "act"),
  strategy: fc.constantFrom("parallel" as const, "sequential" as const),
  movable: fc.boolean(),
  happenings: fc.array(happening, { maxLength: 14 }),
});

test("whenever machines die, nothing that acts once is done twice, and what may be repeated is done", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ tool, strategy, movable, happenings }) => {
      await using world = new TaskWorld();
      for (const name of NAMES) join(world, name);
      const ledger = new Ledger(world);
      const definition = { taskType: tool, serviceName: "worker", payload: {}, movable };
      const { taskGroupId } = await world.distribute({
        taskDefinition: definition,
        targetMachines: [...NAMES],
        executionStrategy: strategy,
      });
      await follow(world, ledger, happenings);
      await untilOver(world, ledger, taskGroupId);
      const { perMachine } = await world.status(taskGroupId);
      expect(perMachine.flatMap((task) => faultsOf(task, tool, factsOf(task.taskId, world, ledger)))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("a machine that dies: what may be repeated moves at once, what acts once is in doubt, the rest goes on", async () => {
  await using world = new TaskWorld();
  for (const name of NAMES) join(world, name);
  const group = async (taskType: string): Promise<string> => {
    const definition = { taskType, serviceName: "worker", payload: {} };
    return (await world.distribute({ taskDefinition: definition, targetMachines: ["a", "b"] })).taskGroupId;
  };
  const [set, act] = [await group("set"), await group("act")];
  world.machines.lose("a");
  const before = world.clock.nowMs();
  await world.settle();
  expect(await world.status(`${act}.1`)).toMatchObject({
    status: "running",
    needsPerson: true,
    perMachine: [{ machineId: "a", inDoubt: true }],
  });
  world.machines.act = (machine) => ({ kind: "succeeded", output: machine });
  for (const open of world.machines.calls.filter((each) => world.machines.isOpen(each)))
    open.answer({ kind: "succeeded", output: open.machine });
  await world.settle();
  expect(world.clock.nowMs()).toBe(before);
  expect((await world.status(set)).perMachine).toMatchObject([
    { machineId: "b", status: "completed", movedFrom: ["a"] },
    { machineId: "b", status: "completed", movedFrom: [] },
  ]);
  expect((await world.status(`${act}.2`)).perMachine).toMatchObject([{ machineId: "b", status: "completed" }]);
});

test("a machine that hangs until the time of the call is over loses it to another one", async () => {
  await using world = new TaskWorld();
  for (const name of NAMES) join(world, name);
  const definition = { taskType: "set", serviceName: "worker", payload: {}, timeoutMs: 5_000 };
  const { taskGroupId } = await world.distribute({ taskDefinition: definition, targetMachines: ["a"] });
  const [hanging] = world.machines.calls;
  hanging?.answer({ kind: "unknown", error: { kind: "timeout", message: "it has not answered within 5 s" } });
  await world.settle();
  expect(world.machines.calls.map(({ machine }) => machine)).toEqual(["a", expect.not.stringMatching("a")]);
  expect(hanging?.call.timeoutMs).toBe(5_000);
  world.machines.calls[1]?.answer({ kind: "succeeded", output: 1 });
  await world.settle();
  expect(await world.status(taskGroupId)).toMatchObject({ status: "completed", perMachine: [{ movedFrom: ["a"] }] });
});

test("a task that may not move waits for its machine, for a while, and fails then", async () => {
  await using world = new TaskWorld();
  for (const name of NAMES) join(world, name);
  const definition = { taskType: "set", serviceName: "worker", payload: {}, movable: false };
  const distribute = async (): Promise<string> =>
    (await world.distribute({ taskDefinition: definition, targetMachines: ["a"] })).taskGroupId;
  const [comesBack, staysAway] = [await distribute(), await distribute()];
  world.machines.lose("a");
  await world.pass(5_000);
  expect(world.machines.calls).toHaveLength(2);
  join(world, "a");
  await world.pass(1_000);
  expect(world.machines.calls.map(({ machine }) => machine)).toEqual(["a", "a", "a", "a"]);
  world.machines.calls[2]?.answer({ kind: "succeeded", output: 1 });
  await world.settle();
  world.machines.lose("a");
  await world.pass(60_000);
  const both = [await world.status(comesBack), await world.status(staysAway)];
  expect(both.map(({ status }) => status).sort()).toEqual(["completed", "failed"]);
  const failed = both.find(({ status }) => status === "failed");
  expect(failed?.perMachine[0]?.error?.message).toContain('on "a", and none that has "worker" is there');
});

test("a machine that is back is used at once, however many tasks were lost with it", async () => {
  await using world = new TaskWorld();
  join(world, "a");
  const definition = { taskType: "set", serviceName: "worker", payload: {} };
  for (let group = 0; group < 20; group += 1) await world.distribute({ taskDefinition: definition, targetMachines: ["a"] });
  const before = world.machines.calls.length;
  world.machines.lose("a");
  await world.settle();
  join(world, "a");
  await world.pass(2_000);
  expect(world.machines.calls).toHaveLength(2 * before);
});
