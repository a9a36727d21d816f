import { once } from "node:events";
import { expect, test } from "vitest";
import type { CarryOut } from "../../../src/cluster/machine-tasks.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { openTestCluster, servicesNamed, localMachine, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import { joinRaw } from "../../support/raw-listener.ts";

const NEVER = new AbortController().signal;
const KEYED = { meta: { "dev.tutti/idempotency-key": "e/a" } };

/** A machine whose tools do what a test says, and that counts how often something was begun. */
interface Worker {
  begun: number;
  readonly carryOut: CarryOut;
  /** Resolves when something has been begun. */
  readonly began: Promise<void>;
}

function worker(work: (signal: AbortSignal) => Promise<CallOutcome>): Worker {
  const began = Promise.withResolvers<void>();
  const here: Worker = {
    begun: 0,
    began: began.promise,
    carryOut: async (_, gate, signal) => {
      try {
        await gate.sending();
      } catch {
        return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "it may not be sent" } };
      }
      here.begun += 1;
      began.resolve();
      return await work(signal);
    },
  };
  return here;
}

const done = async (): Promise<CallOutcome> => ({ kind: "succeeded", output: "done" });
const hangs = async (signal: AbortSignal): Promise<CallOutcome> => {
  if (!signal.aborted) await once(signal, "abort");
  return { kind: "unknown", error: { kind: "cancelled", message: "it was stopped" } };
};

test("a call to a machine is carried out there, and its result comes back", async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, {
    carryOut: async (task, gate) => {
      gate.stage("waiting");
      await gate.sending();
      gate.progress({ progress: 1, total: 2, message: "half" });
      return { kind: "succeeded", output: { heard: task.arguments } };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const seen: unknown[] = [];
  const observer = { progress: (progress: unknown) => void seen.push(progress), stage: (stage: unknown) => void seen.push(stage) };
  expect(await cluster.machines.call("gpu-1", wireCall(), observer, NEVER)).toEqual({
    kind: "succeeded",
    output: { heard: { word: "hello" } },
  });
  expect(seen).toEqual(["waiting", "sent", { progress: 1, total: 2, message: "half" }]);
  expect(cluster.machines.list().map(({ machineId, status }) => [machineId, status])).toEqual([
    ["local", "online"],
    ["gpu-1", "online"],
  ]);
  expect(cluster.machines.services("gpu-1").map(({ name }) => name)).toEqual(["s"]);
});

test("what a tool answers comes back as it is, whatever kind of end it is", async () => {
  const ends: readonly CallOutcome[] = [
    { kind: "failed", accepted: true, error: { kind: "tool_error", message: "no", detail: { code: 7 } } },
    { kind: "failed", accepted: false, error: { kind: "rate_limit", message: "busy" }, retryAfterMs: 1_500 },
    { kind: "unknown", error: { kind: "connection", message: "lost" } },
    { kind: "succeeded", output: null },
  ];
  await using cluster = await openTestCluster();
  let next = 0;
  await using _agent = startAgent(
    cluster.url,
    worker(async () => ends[next] ?? (await done())),
  );
  await untilMachine(cluster, "gpu-1", "online");
  for (; next < ends.length; next += 1) {
    const end = ends[next];
    const expected = end === undefined || end.kind === "succeeded" ? end : { ...end, error: { ...end.error, server: "s", tool: "t" } };
    expect(await cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER)).toEqual(expected);
  }
});

test("results and arguments of many megabytes come through, and what is short overtakes them", async () => {
  await using cluster = await openTestCluster();
  // Quotes are what grows most on its way.
  const large = `€${'"'.repeat(5_000_000)}`;
  await using _agent = startAgent(cluster.url, {
    carryOut: async ({ arguments: input }, gate) => {
      await gate.sending();
      return { kind: "succeeded", output: input["want"] === "large" ? large : JSON.stringify(input["text"]).length };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const order: string[] = [];
  const ask = async (what: string, input: Record<string, string>): Promise<CallOutcome> => {
    const outcome = await cluster.machines.call("gpu-1", wireCall({ arguments: input, timeoutMs: 60_000 }), UNWATCHED, NEVER);
    order.push(what);
    return outcome;
  };
  const [first, second, third] = await Promise.all([
    ask("result", { want: "large" }),
    ask("arguments", { text: large }),
    ask("short", { text: "x" }),
  ]);
  expect(first.kind === "succeeded" && first.output === large).toBe(true);
  expect([second, third]).toEqual([
    { kind: "succeeded", output: JSON.stringify(large).length },
    { kind: "succeeded", output: 3 },
  ]);
  expect(order[0]).toBe("short");
});

test("a result that is too large for a cluster is a failure that says so, and the machine goes on", { timeout: 60_000 }, async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, {
    carryOut: async ({ arguments: input }, gate) => {
      await gate.sending();
      return { kind: "succeeded", output: "x".repeat(Number(input["size"])) };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const ask = async (size: number): Promise<CallOutcome> =>
    await cluster.machines.call("gpu-1", wireCall({ arguments: { size } }), UNWATCHED, NEVER);
  expect(await ask(150_000_000)).toMatchObject({ kind: "failed", accepted: true, error: { kind: "output_invalid" } });
  expect(await ask(1)).toEqual({ kind: "succeeded", output: "x" });
});

test.each([
  ["a machine that nobody knows", "gpu-7", {}, 'no machine "gpu-7"'],
  ["a server that the machine does not have", "gpu-1", { server: "other" }, 'machine "gpu-1" has no server "other"'],
  ["a tool that the server does not have", "gpu-1", { tool: "rm" }, 'server "s" of machine "gpu-1" has no tool "rm"'],
  ["this machine itself", "local", {}, "is not sent to it over the cluster"],
])("a call to %s is known not to have been accepted", async (_, machineId, about, words) => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, worker(done));
  await untilMachine(cluster, "gpu-1", "online");
  expect(await cluster.machines.call(machineId, wireCall(about), UNWATCHED, NEVER)).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { message: expect.stringContaining(words) },
  });
});

test("a machine that is lost while a call waits there has not begun it; one that is lost after that leaves it unknown", async () => {
  await using cluster = await openTestCluster();
  await using machine = await joinRaw(cluster.url, { role: "machine", name: "gpu-1" });
  register(machine);
  await untilMachine(cluster, "gpu-1", "online");
  const waiting = cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER);
  const begun = cluster.machines.call("gpu-1", wireCall({ arguments: { second: true } }), UNWATCHED, NEVER);
  const offer = await machine.until((document) => JSON.stringify(document).includes('"second":true'));
  const { task_id: taskId } = offer["payload"] as { readonly task_id: string };
  machine.send({ message_type: "task_progress", payload: { task_id: taskId, stage: "ready" } });
  await machine.until((document) => JSON.stringify(document["payload"]).includes('"action":"start"'));
  machine.socket.terminate();
  expect(await waiting).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
  expect(await begun).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
});

test("nothing begins on a machine whose connection is lost before it was told to begin", async () => {
  await using cluster = await openTestCluster();
  const asked = Promise.withResolvers<void>();
  const may = Promise.withResolvers<void>();
  const { carryOut, ...counted } = worker(done);
  await using running = startAgent(cluster.url, {
    carryOut: async (task, gate, signal) => {
      asked.resolve();
      await may.promise;
      return await carryOut(task, gate, signal);
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const call = cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER);
  await asked.promise;
  await cluster[Symbol.asyncDispose]();
  expect(await call).toMatchObject({ kind: "failed", accepted: false });
  may.resolve();
  await running.leave();
  expect(counted.begun).toBe(0);
});

test("a call that is cancelled while it runs is stopped there, and ends as the machine says", async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, worker(hangs));
  await untilMachine(cluster, "gpu-1", "online");
  const stop = new AbortController();
  const observer = { progress: () => undefined, stage: (stage: string) => void (stage === "sent" && stop.abort()) };
  expect(await cluster.machines.call("gpu-1", wireCall(), observer, stop.signal)).toMatchObject({
    kind: "unknown",
    error: { kind: "cancelled", message: "it was stopped" },
  });
});

test("a call that is cancelled before it has begun is never begun", async () => {
  await using cluster = await openTestCluster();
  const counted = worker(done);
  const waits = Promise.withResolvers<void>();
  await using running = startAgent(cluster.url, {
    carryOut: async (task, gate, signal) => {
      gate.stage("waiting");
      if (!signal.aborted) await once(signal, "abort");
      waits.resolve();
      return await counted.carryOut(task, gate, signal);
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const stop = new AbortController();
  const observer = { progress: () => undefined, stage: (stage: string) => void (stage === "waiting" && stop.abort()) };
  expect(await cluster.machines.call("gpu-1", wireCall(), observer, stop.signal)).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "cancelled" },
  });
  await waits.promise;
  await running.leave();
  expect(counted.begun).toBe(0);
});

test("the same call asked for again, while it runs and after it has run well, is made once; what failed is made anew", async () => {
  const answer = Promise.withResolvers<CallOutcome>();
  let work = async (): Promise<CallOutcome> => await answer.promise;
  const counted = worker(async () => await work());
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, counted);
  await untilMachine(cluster, "gpu-1", "online");
  const ask = async (more = {}): Promise<CallOutcome> =>
    await cluster.machines.call("gpu-1", wireCall({ ...KEYED, ...more }), UNWATCHED, NEVER);
  const first = ask();
  await counted.began;
  const second = ask();
  const other = ask({ arguments: { word: "other" } });
  answer.resolve({ kind: "succeeded", output: 42 });
  expect([await first, await second, await other]).toEqual(Array.from({ length: 3 }, () => ({ kind: "succeeded", output: 42 })));
  expect(await ask()).toEqual({ kind: "succeeded", output: 42 });
  expect(counted.begun).toBe(2);
  work = async () => ({ kind: "failed", accepted: true, error: { kind: "tool_error", message: "no" } });
  const again = { arguments: { word: "fails" } };
  await ask(again);
  await ask(again);
  expect(counted.begun).toBe(4);
});

test("a call that was stopped is made anew when it is asked for again, although the first has not ended yet", async () => {
  await using cluster = await openTestCluster();
  const never = Promise.withResolvers<CallOutcome>();
  const counted = worker(async () => (counted.begun === 1 ? await never.promise : await done()));
  await using _agent = startAgent(cluster.url, counted);
  await untilMachine(cluster, "gpu-1", "online");
  const stop = new AbortController();
  const observer = { progress: () => undefined, stage: (stage: string) => void (stage === "sent" && stop.abort()) };
  expect(await cluster.machines.call("gpu-1", wireCall(KEYED), observer, stop.signal)).toMatchObject({ kind: "unknown" });
  expect(await cluster.machines.call("gpu-1", wireCall(KEYED), UNWATCHED, NEVER)).toEqual({ kind: "succeeded", output: "done" });
  never.resolve({ kind: "unknown", error: { kind: "cancelled", message: "late" } });
  expect(counted.begun).toBe(2);
});

test("a machine that is told to end takes no more, lets what runs end, and says farewell", async () => {
  await using cluster = await openTestCluster();
  const answer = Promise.withResolvers<CallOutcome>();
  const counted = worker(async () => await answer.promise);
  await using running = startAgent(cluster.url, { carryOut: counted.carryOut, machine: localMachine(servicesNamed()) });
  await untilMachine(cluster, "gpu-1", "online");
  const call = cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER);
  await counted.began;
  const left = running.leave();
  await untilMachine(cluster, "gpu-1", "maintenance");
  expect(await cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER)).toMatchObject({ kind: "failed", accepted: false });
  answer.resolve({ kind: "succeeded", output: "late, and well" });
  expect(await call).toEqual({ kind: "succeeded", output: "late, and well" });
  await left;
  await untilMachine(cluster, "gpu-1", "offline");
});

test("a machine that has as many tasks as it can do at once says that it is busy, for as long as it is", async () => {
  await using cluster = await openTestCluster();
  const answer = Promise.withResolvers<CallOutcome>();
  await using _agent = startAgent(cluster.url, { ...worker(async () => await answer.promise), busyWithTasks: 2 });
  await untilMachine(cluster, "gpu-1", "online");
  const calls = [1, 2].map(async (n) => await cluster.machines.call("gpu-1", wireCall({ arguments: { n } }), UNWATCHED, NEVER));
  expect(await untilMachine(cluster, "gpu-1", "busy")).toMatchObject({ tasks: 2 });
  answer.resolve({ kind: "succeeded", output: 1 });
  await Promise.all(calls);
  expect(await untilMachine(cluster, "gpu-1", "online")).toMatchObject({ tasks: 1 });
});

test("a hundred calls at once are each answered with their own result", async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, {
    carryOut: async ({ arguments: input }, gate) => {
      await gate.sending();
      return { kind: "succeeded", output: input };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const outcomes = await Promise.all(
    numbers.map(async (n) => await cluster.machines.call("gpu-1", wireCall({ arguments: { n } }), UNWATCHED, NEVER)),
  );
  expect(outcomes).toEqual(numbers.map((n) => ({ kind: "succeeded", output: { n } })));
});

function register(machine: Awaited<ReturnType<typeof joinRaw>>): void {
  const moment = new Date().toISOString();
  machine.send({
    message_type: "machine_register",
    payload: {
      machine: {
        machine_id: "gpu-1",
        hostname: "h",
        status: "online",
        machine_role: "node",
        resources: {},
        usage: {},
        running_services: ["s"],
        tasks: 0,
        registered_at: moment,
        last_heartbeat: moment,
        caelum_version: "1",
        platform_info: "p",
      },
      services: [{ service_name: "s", tools: [{ name: "t", input_schema: {} }] }],
    },
  });
}
