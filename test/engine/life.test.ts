import { expect, test } from "vitest";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { Plan } from "../../src/model/plan.ts";
import { Bench } from "../support/bench.ts";
import { planOf } from "../support/plan-of.ts";
import { succeeded, World } from "../support/world.ts";

function plan(world: World, text: string, children: readonly string[] = []): Plan {
  return planOf(text, world.catalog(), children);
}

const WAITING = `{ id: w, steps: [{ id: ok, approval: { message: "Go?" } }, { id: after, needs: [ok], tool: w.pay, with: {} }] }`;

test("an approval that is refused fails its step, and says who and why", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(plan(world, WAITING));
  expect(await bench.report()).toMatchObject({ status: "paused", needsPerson: true });
  await bench.signal({ type: "approve", step: "ok", approved: false, by: "ann", comment: "too dear" });
  const report = await bench.report();
  expect(report).toMatchObject({ outcome: "failed", error: { kind: "approval", message: "the approval was refused by ann: too dear" } });
  expect(world.calls).toEqual([]);
});

test("an approval that nobody gives in time fails its step, also when the process was down when the time was over", async () => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(plan(world, WAITING.replace('"Go?"', '"Go?", timeout: 2h')));
  expect(await first.report()).toMatchObject({ status: "executing", needsPerson: false });
  await using second = first.restarted();
  await second.pass(3 * 3_600_000);
  await second.supervisor.resume("e");
  await second.quiet();
  expect((await second.report()).error?.message).toBe("nobody approved in time");
});

test("a paused execution lets calls in flight end, starts nothing, and stays paused over a crash", async () => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(
    plan(world, `{ id: p, steps: [{ id: a, tool: w.read_slow, with: {} }, { id: b, needs: [a], tool: w.pay, with: {} }] }`),
  );
  await first.signal({ type: "pause", by: "ann" });
  await first.pass(60_000);
  expect((await first.report()).steps.map(({ status }) => status)).toEqual(["completed", "pending"]);
  await using second = first.restarted();
  await second.supervisor.resume("e");
  await second.pass(60_000);
  expect(await second.report()).toMatchObject({ status: "paused", needsPerson: true });
  await second.signal({ type: "resume" });
  expect((await second.report()).outcome).toBe("completed");
  expect(world.calls.length).toBe(2);
});

test("the time limit of the workflow ends it, undoes what was done, and counts the time in which no process ran", async () => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(
    plan(
      world,
      `{ id: d, timeout: 1h, steps: [{ id: a, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }, { id: s, needs: [a], sleep: 3h }] }`,
    ),
  );
  await using second = first.restarted();
  await second.pass(90 * 60_000);
  await second.supervisor.resume("e");
  await second.pass(1);
  expect(await second.report()).toMatchObject({ outcome: "cancelled", error: { message: "the time limit of the workflow has passed" } });
  expect(world.of("undo_set").length).toBe(1);
});

test("max_duration ends the retries of a step", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(
    plan(
      world,
      `{ id: m, steps: [{ id: a, tool: w.fail, with: {}, max_duration: 10s, retry: { max_attempts: 50, delay: 4s, max_delay: 4s } }] }`,
    ),
  );
  await bench.pass(3_600_000);
  expect((await bench.report()).outcome).toBe("failed");
  // With half of the jitter it waits 2 s each time: at 0, 2, 4, 6 and 8 s.
  expect(world.of("fail").length).toBe(5);
});

test("max_parallel bounds the items in flight", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(plan(world, `{ id: m, steps: [{ id: a, for_each: [1, 2, 3, 4, 5], max_parallel: 2, tool: w.read_slow, with: {} }] }`));
  const seen: number[] = [];
  for (let second = 0; second < 4; second += 1) {
    seen.push(world.calls.length);
    await bench.pass(1_000);
  }
  expect(seen).toEqual([2, 4, 5, 5]);
  expect((await bench.report()).outcome).toBe("completed");
});

test("an empty list completes with an empty list", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(
    plan(world, `{ id: e, steps: [{ id: a, for_each: [], tool: w.pay, with: {} }], output: { a: "\${{ steps.a.output }}" } }`),
  );
  expect(await bench.report()).toMatchObject({ outcome: "completed", output: { a: [] } });
});

test("a secret is in the journal by name only", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(plan(world, `{ id: s, steps: [{ id: a, tool: w.read, with: { auth: "Bearer \${{ secrets.TOKEN }}", plain: 1 } }] }`));
  const started = (await bench.journal.read("e")).find((event) => event.type === "call-started");
  expect(started).toMatchObject({
    input: { auth: "Bearer [secret TOKEN]", plain: 1 },
    secrets: [{ path: ["auth"], parts: ["Bearer ", { secret: "TOKEN" }] }],
  });
});

test("cancelling a parent cancels its child, which undoes its own work", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  const child = `{ id: kid, steps: [{ id: a, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }, { id: s, needs: [a], sleep: 1h }] }`;
  await bench.start(plan(world, `{ id: p, steps: [{ id: k, workflow: kid }] }`, [child]));
  await bench.signal({ type: "cancel", by: "ann" });
  expect(await bench.report()).toMatchObject({
    outcome: "cancelled",
    error: { message: "cancelled by ann" },
    steps: [{ status: "cancelled" }],
  });
  const childId = (await bench.report()).steps[0]?.childId ?? "";
  expect(await bench.report(childId)).toMatchObject({
    outcome: "cancelled",
    error: { message: "the execution that started it is ending" },
  });
  expect(world.of("undo_set").length).toBe(1);
});

test("a child that fails fails its step with the child's words", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(
    plan(world, `{ id: p, steps: [{ id: k, workflow: kid }] }`, [`{ id: kid, steps: [{ id: a, tool: w.fail, with: {} }] }`]),
  );
  expect((await bench.report()).error).toMatchObject({ kind: "child", message: 'workflow "kid" ended failed: it always says no' });
});

test.each([
  ["queue", ["completed", "completed"], 2],
  ["skip", ["completed", "cancelled"], 1],
  ["cancel", ["cancelled", "completed"], 2],
] as const)("with on_conflict: %s two executions of one group end %j", async (onConflict, outcomes, calls) => {
  const world = new World({});
  await using bench = new Bench(world);
  const text = `{ id: c, concurrency: { group: nightly, on_conflict: ${onConflict} }, steps: [{ id: a, tool: w.read_slow, with: {} }] }`;
  await bench.start(plan(world, text), "one");
  await bench.start(plan(world, text), "two");
  await bench.pass(10_000);
  expect([(await bench.report("one")).outcome, (await bench.report("two")).outcome]).toEqual(outcomes);
  expect(world.calls.length).toBe(calls);
});

test.each(["queue", "skip", "cancel"])("with on_conflict: %s executions of two tenants do not meet in a group", async (onConflict) => {
  const world = new World({});
  await using bench = new Bench(world);
  const text = `{ id: c, concurrency: { group: nightly, on_conflict: ${onConflict} }, steps: [{ id: a, tool: w.read_slow, with: {} }] }`;
  for (const tenant of ["acme", "globex"]) {
    await bench.supervisor.start({ plan: plan(world, text), inputs: {}, executionId: tenant, meta: { tenant } });
  }
  await bench.pass(1_000);
  expect([(await bench.report("acme")).outcome, (await bench.report("globex")).outcome]).toEqual(["completed", "completed"]);
});

test("a group of nobody that is called like a tenant's is another one", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  const grouped = (group: string): Plan =>
    plan(world, `{ id: c, concurrency: { group: ${group}, on_conflict: skip }, steps: [{ id: a, tool: w.read_slow, with: {} }] }`);
  await bench.supervisor.start({ plan: grouped("nightly"), inputs: {}, executionId: "one", meta: { tenant: "acme" } });
  await bench.start(grouped("acme/nightly"), "two");
  await bench.pass(1_000);
  expect([(await bench.report("one")).outcome, (await bench.report("two")).outcome]).toEqual(["completed", "completed"]);
});

test("the same request key starts one execution, also across a restart", async () => {
  const world = new World({});
  await using first = new Bench(world);
  const same = { plan: plan(world, `{ id: k, steps: [{ id: a, tool: w.pay, with: {} }] }`), inputs: {}, requestKey: "monday" };
  const one = await first.supervisor.start(same);
  await first.quiet();
  await using second = first.restarted();
  const two = await second.supervisor.start(same);
  await second.quiet();
  expect(two).toEqual({ executionId: one.executionId, created: false });
  expect(world.of("pay").length).toBe(1);
});

test("a workflow of 24 hours goes on across ten restarts", async () => {
  const world = new World({});
  const steps = Array.from(
    { length: 24 },
    (_, hour) =>
      `{ id: h${hour}, sleep: 1h${hour === 0 ? "" : `, needs: [p${hour - 1}]`} }, { id: p${hour}, needs: [h${hour}], tool: w.pay, with: { hour: ${hour} } }`,
  );
  let bench = new Bench(world);
  await bench.start(plan(world, `{ id: day, steps: [${steps.join(", ")}] }`));
  for (let restart = 0; restart < 10; restart += 1) {
    await bench.pass(2.2 * 3_600_000);
    bench = bench.restarted();
    await bench.supervisor.resume("e");
  }
  await bench.pass(3 * 3_600_000);
  expect((await bench.report()).outcome).toBe("completed");
  expect(world.of("pay").map((call) => (call.input as { hour: number }).hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
});

test("closing waits for what may have acted and drops the rest, so that nothing is left in doubt", async () => {
  const world = new World({ pay_slow: (call) => ({ outcome: succeeded({ id: call.key }), delayMs: 3_000 }) });
  const first = new Bench(world);
  await first.start(plan(world, `{ id: c, steps: [{ id: a, tool: w.pay_slow, with: {} }, { id: b, tool: w.read_slow, with: {} }] }`));
  const closed = first.supervisor[Symbol.asyncDispose]();
  await first.pass(3_500);
  await closed;
  await using second = new Bench(world, { clock: first.clock, journal: first.journal });
  await second.supervisor.resume("e");
  await second.pass(5_000);
  expect((await second.report()).outcome).toBe("completed");
  expect([world.of("pay_slow").length, world.of("read_slow").length]).toEqual([1, 2]);
});

test("a thousand executions at once all end", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  const one = plan(world, `{ id: t, steps: [{ id: a, tool: w.read_slow, with: {} }, { id: b, needs: [a], tool: w.pay, with: {} }] }`);
  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => bench.supervisor.start({ plan: one, inputs: {}, executionId: `t${index}` })),
  );
  await bench.pass(5_000);
  const page = await bench.journal.list({ limit: 1_000 });
  expect(page.executions.filter(({ outcome }) => outcome === "completed").length).toBe(1_000);
  expect(world.of("pay").length).toBe(1_000);
});

test("what stands still is listed as paused, and not any more once a person has spoken, also when nobody drives it", async () => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(plan(world, WAITING));
  expect((await first.journal.summary("e"))?.status).toBe("paused");
  await using second = first.restarted();
  await second.signal({ type: "approve", step: "ok", approved: true });
  expect((await second.journal.summary("e"))?.status).toBe("executing");
  await second.supervisor.resume("e");
  const report = await second.supervisor.settled("e", new AbortController().signal);
  expect([report.outcome, (await second.journal.summary("e"))?.status]).toEqual(["completed", "completed"]);
});

test("an execution that stood still is settled at once for the next process", async () => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(plan(world, WAITING));
  await using second = first.restarted();
  await second.supervisor.resume("e");
  expect(await second.supervisor.settled("e", new AbortController().signal)).toMatchObject({ status: "paused", needsPerson: true });
  expect((await second.journal.read("e")).filter((event) => event.type === "execution-stood").length).toBe(1);
});

test("an execution is not taken up where a server of its plan is missing: it would fail for a reason that is not its own", async () => {
  const world = new World({});
  await using first = new Bench(world);
  const catalog = {
    ...world.catalog(),
    elsewhere: { name: "elsewhere", tools: [], honoursIdempotencyKey: false, effects: {}, requires: {} },
  };
  const two = planOf(WAITING.replace("w.pay", "w.read"), catalog);
  const [, after] = two.nodes;
  const moved = {
    ...two,
    nodes: [
      two.nodes[0],
      after === undefined
        ? after
        : { ...after, step: { ...after.step, action: { kind: "tool", server: "elsewhere", tool: "t", with: {} } } },
    ],
  } as Plan;
  await expect(first.start(moved)).rejects.toMatchObject({ code: "server.not-found" });
  expect(await first.journal.unfinished()).toEqual([]);
});

test("the time limit of the workflow also bounds a call that may act and never answers", async () => {
  const world = new World({});
  const limits: number[] = [];
  await using bench = new Bench(world);
  const call = bench.mortal.caller(world, bench.clock);
  await using supervisor = new Supervisor({
    journal: bench.journal,
    caller: {
      serves: () => true,
      call: (request, gate, signal) => {
        limits.push(request.timeoutMs);
        return call.call(request, gate, signal);
      },
    },
    news: { publish: () => undefined },
    clock: bench.clock,
    ids: { next: () => "limited" },
    random: () => 0.5,
  });
  const text = `{ id: l, timeout: 20s, steps: [{ id: s, sleep: 5s }, { id: a, needs: [s], tool: w.pay, with: {}, timeout: 1h }] }`;
  await supervisor.start({ plan: plan(world, text), inputs: {} });
  await bench.pass(10_000);
  expect(limits).toEqual([15_000]);
});
