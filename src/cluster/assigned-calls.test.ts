import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { CallOutcome } from "../model/call.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import { AssignedCalls, type TaskMessage } from "./assigned-calls.ts";
import type { ClusterPayloads, TaskProgress } from "./cluster-message.ts";
import { newMessage } from "./new-message.ts";

const CALL = { server: "s", tool: "t", arguments: {}, meta: {}, timeoutMs: 10_000 };
const DONE: CallOutcome = { kind: "succeeded", output: 1 };

interface World {
  readonly clock: ManualClock;
  readonly calls: AssignedCalls;
  readonly assigned: ClusterPayloads["task_assign"][];
  readonly told: unknown[];
  readonly stop: AbortController;
  readonly outcome: Promise<CallOutcome>;
  taken: boolean;
  says(stage: TaskProgress["stage"]): void;
  ends(outcome: CallOutcome): void;
}

function world(): World {
  const clock = new ManualClock();
  const assigned: ClusterPayloads["task_assign"][] = [];
  const told: unknown[] = [];
  const stop = new AbortController();
  const assign = (payload: ClusterPayloads["task_assign"]): boolean => {
    assigned.push(payload);
    return here.taken;
  };
  const calls = new AssignedCalls({ machineId: "gpu-1", clock, assign });
  const observer: CallObserver = { progress: (progress) => void told.push(progress), stage: (stage) => void told.push(stage) };
  const about = { from: "gpu-1", atMs: 0 };
  const taskId = (): string => assigned[0]?.taskId ?? "";
  const here: World = {
    clock,
    calls,
    assigned,
    told,
    stop,
    taken: true,
    says: (stage) => calls.heard(newMessage("task_progress", { taskId: taskId(), stage }, about) as TaskMessage),
    ends: (outcome) =>
      calls.heard(
        (outcome.kind === "succeeded"
          ? newMessage("task_complete", { taskId: taskId(), outcome }, about)
          : newMessage("task_failed", { taskId: taskId(), outcome }, about)) as TaskMessage,
      ),
    outcome: Promise.resolve().then(async () => await calls.call(CALL, observer, stop.signal)),
  };
  return here;
}

async function offered(): Promise<World> {
  const here = world();
  await Promise.resolve();
  await Promise.resolve();
  expect(here.assigned).toMatchObject([{ action: "offer", serviceName: "s", tool: "t", timeoutMs: 10_000 }]);
  return here;
}

function actions({ assigned }: World): readonly string[] {
  return assigned.map(({ action }) => action);
}

test("a call is offered, started when the machine is ready, and ends with what the machine says; what comes later is nothing", async () => {
  const here = await offered();
  here.says("waiting");
  here.clock.advance(60_000);
  here.says("ready");
  here.says("ready");
  here.clock.advance(9_000);
  here.ends(DONE);
  here.ends({ kind: "unknown", error: { kind: "timeout", message: "late" } });
  expect(await here.outcome).toEqual(DONE);
  expect([actions(here), here.told]).toEqual([
    ["offer", "start"],
    ["waiting", "sent"],
  ]);
  expect(here.clock.nextMs).toBeUndefined();
});

test("a machine that does not say within 10 s that it has an offer is taken not to have begun it, and is told to forget it", async () => {
  const here = await offered();
  here.clock.advance(9_999);
  expect(actions(here)).toEqual(["offer"]);
  here.clock.advance(1);
  expect(await here.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
  expect(actions(here)).toEqual(["offer", "cancel"]);
});

test("a machine that has begun and does not answer in time leaves it unknown, and is told to stop", async () => {
  const here = await offered();
  here.says("ready");
  here.clock.advance(14_999);
  expect(actions(here)).toEqual(["offer", "start"]);
  here.clock.advance(1);
  expect(await here.outcome).toMatchObject({ kind: "unknown", error: { kind: "timeout", message: "no answer within 10000 ms" } });
  expect(actions(here)).toEqual(["offer", "start", "cancel"]);
});

test("a long result has the time that it takes to arrive, and is not given up meanwhile", async () => {
  const here = await offered();
  here.says("ready");
  here.clock.advance(10_000);
  here.says("answering");
  here.clock.advance(120_000);
  here.ends(DONE);
  expect(await here.outcome).toEqual(DONE);
  expect(actions(here)).toEqual(["offer", "start"]);
});

test("an offer that arrives after it was taken back is taken back once more", async () => {
  const here = await offered();
  here.stop.abort();
  await here.outcome;
  here.says("ready");
  expect(actions(here)).toEqual(["offer", "cancel", "cancel"]);
});

test("a connection that takes no offer has not begun, and one that does not take the word to start has not either", async () => {
  const refusing = world();
  refusing.taken = false;
  expect(await refusing.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
  const here = await offered();
  here.taken = false;
  here.says("ready");
  expect(await here.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
});

test("a call that is cancelled before it was started is not begun; one that was started has 2 s to say what has become of it", async () => {
  const waiting = await offered();
  waiting.stop.abort();
  expect(await waiting.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  expect(actions(waiting)).toEqual(["offer", "cancel"]);
  const here = await offered();
  here.says("ready");
  here.stop.abort();
  here.clock.advance(2_000);
  expect(await here.outcome).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  expect(actions(here)).toEqual(["offer", "start", "cancel"]);
});

test("a lost connection ends what was there: unknown where it was started, not begun where it was not", async () => {
  const waiting = await offered();
  waiting.calls.lost("it broke off");
  expect(await waiting.outcome).toMatchObject({ kind: "failed", accepted: false });
  const here = await offered();
  here.says("ready");
  here.calls.lost("it broke off");
  expect(await here.outcome).toMatchObject({
    kind: "unknown",
    error: { message: 'the connection to machine "gpu-1" was lost: it broke off' },
  });
});

test("a call that is not wanted any more when it comes is not offered", async () => {
  const here = world();
  here.stop.abort();
  expect(await here.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  expect(here.assigned).toEqual([]);
});

test("a result that is larger than what a call may give is none, also where its characters are few", async () => {
  const here = await offered();
  here.says("ready");
  here.ends({ kind: "succeeded", output: "\u0001".repeat(12 * 2 ** 20) });
  expect(await here.outcome).toMatchObject({ kind: "failed", accepted: true, error: { kind: "output_invalid" } });
});
