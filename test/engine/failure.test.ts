import { expect, test } from "vitest";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { live } from "../support/lives.ts";
import { tell, type StoryKind } from "../support/stories.ts";
import { type Behaviour, failed, lost, succeeded, type World } from "../support/world.ts";

interface Told {
  readonly report: ExecutionReport;
  readonly world: World;
}

async function told(workflow: string, more: Partial<StoryKind> = {}): Promise<Told> {
  const story = tell({ name: "", workflow, ends: "completed", ...more });
  const { report } = await live(story);
  return { report, world: story.world };
}

function step(report: ExecutionReport, id: string): ExecutionReport["steps"][number] | undefined {
  return report.steps.find((other) => other.id === id);
}

/** Says no the first `count` times that a call with the same key arrives. */
function failing(count: number, answer: ReturnType<Behaviour>["outcome"]): Behaviour {
  return (call, world) => ({
    outcome: world.calls.filter((other) => other.key === call.key).length <= count ? answer : succeeded({ at: call.attempt }),
  });
}

test("every validating step that says no is listed, also those that run side by side", async () => {
  const { report, world } = await told(
    `
id: validate
steps:
  - { id: stock, tool: w.check_stock, with: {}, validates: true }
  - { id: customer, tool: w.read_slow, with: { valid: false, reason: "unknown customer" }, validates: true }
  - { id: card, tool: w.check_card, with: {}, validates: true }
  - { id: charge, needs: [stock, customer, card], tool: w.pay, with: {} }`,
    {
      behaviours: {
        check_stock: () => ({ outcome: failed("tool_error", "out of stock") }),
        check_card: () => ({ outcome: succeeded({ is_valid: false }) }),
      },
    },
  );
  expect(report.outcome).toBe("validation_failed");
  expect(report.steps.map(({ id, status, error }) => [id, status, error?.message])).toEqual([
    ["stock", "failed", "out of stock"],
    ["customer", "failed", "unknown customer"],
    ["card", "failed", "the validation said no"],
    ["charge", "cancelled", undefined],
  ]);
  expect(world.of("pay")).toEqual([]);
});

test("a validation that fails for a technical reason is a failure, not a no", async () => {
  const { report } = await told(`{ id: v, steps: [{ id: a, tool: w.check, with: {}, validates: true }] }`, {
    behaviours: { check: () => ({ outcome: failed("server_error", "500") }) },
  });
  expect(report.outcome).toBe("failed");
});

test("a failure cancels reads in flight and awaits what may have acted, which is then undone", async () => {
  const { report, world } = await told(
    `
id: stop
steps:
  - { id: reading, tool: w.read_slow, with: {} }
  - { id: paying, tool: w.pay_slow, with: {}, compensate: { tool: w.undo_pay, with: { id: "\${{ output.id }}" } } }
  - { id: broken, tool: w.fail, with: {} }
  - { id: later, needs: [reading], tool: w.read, with: {} }`,
    { behaviours: { pay_slow: (call) => ({ outcome: succeeded({ id: call.key }), delayMs: 9_000 }) } },
  );
  expect(report.outcome).toBe("failed_with_rollback");
  expect(report.steps.map(({ status, compensation }) => [status, compensation])).toEqual([
    ["cancelled", undefined],
    ["completed", "completed"],
    ["failed", undefined],
    ["cancelled", undefined],
  ]);
  expect(world.of("undo_pay").map((call) => call.input)).toEqual([{ id: world.of("pay_slow")[0]?.key }]);
});

test("what changed something and declares no compensation is left over, and does not spoil the rollback", async () => {
  const { report } = await told(`
id: left
steps:
  - { id: mail, tool: w.pay, with: {} }
  - { id: set, needs: [mail], tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: broken, needs: [set], tool: w.fail, with: {} }`);
  expect(report.outcome).toBe("failed_with_rollback");
  expect(report.leftovers).toEqual([{ step: "mail", reason: "not_compensatable", server: "w", tool: "pay" }]);
});

test("when nothing that ran declares a compensation, the outcome is failed", async () => {
  const { report } = await told(`{ id: f, steps: [{ id: a, tool: w.pay, with: {} }, { id: b, needs: [a], tool: w.fail, with: {} }] }`);
  expect([report.outcome, report.leftovers.length]).toEqual(["failed", 1]);
});

test("a step that may fail is reported, nothing is undone, and its recovery branch runs", async () => {
  const { report, world } = await told(`
id: tolerant
steps:
  - { id: a, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: b, needs: [a], tool: w.fail, with: {}, on_error: continue }
  - { id: recover, if: "\${{ failed('b') }}", tool: w.set, with: {} }
  - { id: after, needs: [b], tool: w.set, with: {} }`);
  expect(report.outcome).toBe("partial_success");
  expect(report.steps.map(({ status }) => status)).toEqual(["completed", "failed", "completed", "skipped"]);
  expect(world.of("undo_set")).toEqual([]);
});

test("a step whose condition asks how others ended still runs while the execution is stopping", async () => {
  const { report, world } = await told(`
id: cleanup
steps:
  - { id: a, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: b, needs: [a], tool: w.fail, with: {} }
  - { id: cleanup, if: "\${{ failed('b') }}", tool: w.read_flaky, with: {} }
  - { id: c, needs: [b], tool: w.pay, with: {} }`);
  expect(report.outcome).toBe("failed_with_rollback");
  expect([step(report, "cleanup")?.status, world.of("read_flaky").length]).toEqual(["completed", 3]);
});

test.each<[name: string, tool: string, answer: ReturnType<Behaviour>["outcome"], arrivals: number]>([
  ["a read is repeated after a lost connection", "read_x", lost(), 3],
  ["a read is repeated after a 5xx", "read_x", failed("server_error", "500"), 3],
  ["a read is not repeated after a no", "read_x", failed("tool_error", "no"), 1],
  ["a once call is repeated when it was not accepted", "pay_x", failed("rate_limit", "429", false), 3],
  ["a once call is not repeated after a 5xx", "pay_x", failed("server_error", "500"), 1],
  ["a once call is not repeated after silence", "pay_x", lost(), 1],
])("without retry: %s", async (_, tool, answer, arrivals) => {
  const { world } = await told(`{ id: r, steps: [{ id: a, tool: w.${tool}, with: {} }] }`, { behaviours: { [tool]: failing(99, answer) } });
  expect(world.of(tool).length).toBe(arrivals);
});

test("with retry the author says that repeating is right, also after a no, unless `on` narrows it", async () => {
  const { report, world } = await told(
    `
id: r
error_policy: allow_partial
steps:
  - { id: all, tool: w.pay_a, with: {}, retry: { max_attempts: 4 } }
  - { id: some, tool: w.pay_b, with: {}, retry: { max_attempts: 4, on: [timeout] } }`,
    { behaviours: { pay_a: failing(3, failed("tool_error", "no")), pay_b: failing(3, failed("tool_error", "no")) } },
  );
  expect([world.of("pay_a").length, world.of("pay_b").length]).toEqual([4, 1]);
  expect(report.outcome).toBe("partial_success");
  expect(step(report, "all")?.attempts).toBe(4);
});

test("a repeated call sends the same arguments and the same key", async () => {
  const { world } = await told(`
id: same
steps:
  - { id: a, tool: w.read, with: { n: 5 } }
  - { id: b, tool: w.read_flaky, with: { n: "\${{ steps.a.output.n }}" } }`);
  const calls = world.of("read_flaky");
  expect(calls.map((call) => call.attempt)).toEqual([1, 2, 3]);
  expect(new Set(calls.map((call) => JSON.stringify([call.key, call.input]))).size).toBe(1);
});

test("a failed item stops new items and fails the step, and finished items are undone one by one", async () => {
  const { report, world } = await told(
    `
id: items
steps:
  - id: each
    for_each: [1, 2, 3, 4, 5]
    max_parallel: 1
    tool: w.set_some
    with: { n: "\${{ item }}" }
    compensate: { tool: w.undo_set, with: { n: "\${{ item }}", i: "\${{ index }}", was: "\${{ output.n }}" } }`,
    {
      behaviours: {
        set_some: (call) => ({ outcome: (call.input as { n: number }).n < 3 ? succeeded(call.input) : failed("tool_error", "too much") }),
      },
    },
  );
  expect(report.outcome).toBe("failed_with_rollback");
  expect(world.of("set_some").length).toBe(3);
  expect(world.of("undo_set").map((call) => call.input)).toEqual([
    { n: 2, i: 1, was: 2 },
    { n: 1, i: 0, was: 1 },
  ]);
  expect(step(report, "each")?.error?.message).toBe("1 of 5 items failed, the first with: too much");
});

test("under allow_partial all items run, and a failed one is an error in the list", async () => {
  const { report } = await told(
    `
id: items
error_policy: allow_partial
steps:
  - { id: each, for_each: [1, 2, 3], tool: w.set_odd, with: { n: "\${{ item }}" } }
output: { list: "\${{ steps.each.output }}" }`,
    {
      behaviours: {
        set_odd: (call) => ({ outcome: (call.input as { n: number }).n === 2 ? failed("tool_error", "even") : succeeded(call.input) }),
      },
    },
  );
  expect(report.outcome).toBe("partial_success");
  expect(report.output).toEqual({ list: [{ n: 1 }, { error: { kind: "tool_error", message: "even" } }, { n: 3 }] });
});

test("best_effort replaces a failed call by another tool, else by the declared value, and says so", async () => {
  const { report } = await told(`
id: best
error_policy: best_effort
steps:
  - { id: a, tool: w.fail, with: {}, fallback: { tool: w.read, with: { from: other } } }
  - { id: b, tool: w.fail, with: {}, fallback: { value: { from: nowhere } } }
  - { id: c, tool: w.fail, with: {} }
  - { id: d, needs: [c], tool: w.read, with: {} }
output: { a: "\${{ steps.a.output.from }}", b: "\${{ steps.b.output.from }}", c: "\${{ steps.c.output.from }}" }`);
  expect(report.outcome).toBe("partial_success");
  expect(report.output).toEqual({ a: "other", b: "nowhere", c: null });
  expect(report.steps.map(({ status, degraded }) => [status, degraded])).toEqual([
    ["completed", "fallback"],
    ["completed", "default"],
    ["failed", undefined],
    ["skipped", undefined],
  ]);
});

test("when the fallback fails too, the step tells both errors, and an old answer that is not there is none of them", async () => {
  const { report } = await told(
    `
id: both
error_policy: best_effort
steps:
  - { id: a, tool: w.fail, with: {}, cache: { ttl: 1h }, fallback: { tool: w.read_away, with: {} } }
  - { id: b, for_each: [1], tool: w.fail, with: {}, fallback: { tool: w.read_away, with: {} } }`,
    {
      behaviours: { read_away: () => ({ outcome: failed("not_found", "spare is away") }) },
    },
  );
  expect(report.steps[0]?.error).toMatchObject({
    kind: "tool_error",
    message: "it always says no",
    fallback: { kind: "not_found", message: "spare is away" },
  });
});

test("an answer that breaks the tool's schema fails the step, and counts as done when it comes to undoing", async () => {
  const { report, world } = await told(
    `{ id: o, steps: [{ id: a, tool: w.set_odd, with: {}, compensate: { tool: w.undo_set, with: { n: 1 } } }] }`,
    { behaviours: { set_odd: () => ({ outcome: failed("output_invalid", "not what was promised") }) } },
  );
  expect([report.outcome, world.of("undo_set").length]).toEqual(["failed_with_rollback", 1]);
});

test("a failing finally step turns success into partial success and nothing into better", async () => {
  const good = await told(
    `{ id: g, steps: [{ id: a, value: 1 }], finally: [{ id: f, tool: w.fail, with: {} }, { id: g, tool: w.set, with: { o: "\${{ execution.outcome }}" } }] }`,
  );
  expect(good.report.outcome).toBe("partial_success");
  expect(good.world.of("set").map((call) => call.input)).toEqual([{ o: "completed" }]);
  const bad = await told(`{ id: b, steps: [{ id: a, tool: w.fail, with: {} }], finally: [{ id: f, tool: w.set, with: {} }] }`);
  expect(bad.report.outcome).toBe("failed");
});

test("a once call that the probe says did not happen is sent again", async () => {
  const { report, world } = await told(
    `
id: probe
steps:
  - { id: pay, tool: w.pay_lost, with: {}, verify: { tool: w.find_none, with: {}, happened: "\${{ output.found }}" } }`,
    {
      behaviours: {
        pay_lost: (_, world) => ({ outcome: world.of("pay_lost").length < 2 ? lost() : succeeded({ id: "second" }) }),
        find_none: () => ({ outcome: succeeded({ found: false }) }),
      },
    },
  );
  expect([report.outcome, world.of("pay_lost").length, world.of("find_none").length]).toEqual(["completed", 2, 1]);
});

test("a probe that fails leaves the decision to a person", async () => {
  const { report } = await told(
    `{ id: p, steps: [{ id: pay, tool: w.pay_lost, with: {}, verify: { tool: w.fail, with: {}, happened: "\${{ output.found }}" } }] }`,
    { behaviours: { pay_lost: () => ({ outcome: lost() }) } },
  );
  // The person of these tests looks, and finds that it has arrived.
  expect([report.outcome, step(report, "pay")?.output]).toEqual(["completed", { id: "e-root/pay" }]);
});

test("best_effort tries the other tool, then an old answer, then the declared value", async () => {
  const workflow = (cache: string): string => `
id: best
error_policy: best_effort
steps:
  - { id: a, tool: w.read_moody, with: {}, ${cache} fallback: { value: { from: declared } } }
output: { from: "\${{ steps.a.output.from }}" }`;
  const moody: Behaviour = (call) => ({
    outcome: call.stale ? { kind: "succeeded", output: { from: "old" }, source: "stale_cache" } : failed("tool_error", "no"),
  });
  const cached = await told(workflow("cache: { ttl: 5m },"), { behaviours: { read_moody: moody } });
  expect([cached.report.output, step(cached.report, "a")?.degraded, cached.report.outcome]).toEqual([
    { from: "old" },
    "stale_cache",
    "partial_success",
  ]);
  const plain = await told(workflow(""), { behaviours: { read_moody: moody } });
  expect([plain.report.output, step(plain.report, "a")?.degraded]).toEqual([{ from: "declared" }, "default"]);
});

test("a computed value can say no, alone and as one of many", async () => {
  const one = await told(
    `{ id: v, steps: [{ id: a, value: { valid: "\${{ 1 > 2 }}", reason: "too small" }, validates: true }, { id: b, needs: [a], tool: w.pay, with: {} }] }`,
  );
  expect([one.report.outcome, step(one.report, "a")?.error?.message, one.world.calls.length]).toEqual([
    "validation_failed",
    "too small",
    0,
  ]);
  const many = await told(`{ id: v, steps: [{ id: a, for_each: [1, 5], value: { valid: "\${{ item < 3 }}" }, validates: true }] }`);
  expect([many.report.outcome, step(many.report, "a")?.error?.message]).toEqual([
    "validation_failed",
    "1 of 2 items failed, the first with: the validation said no",
  ]);
});

test("a tool that gives a part of what was asked for leaves a partial success, with its error beside its output", async () => {
  const error = { type: "External", code: "SHARD_DOWN", message: "1 of 3 shards did not answer" } as const;
  const { report } = await told(
    `
id: search
steps:
  - { id: find, tool: w.read, with: {} }
  - { id: count, value: "\${{ size(steps.find.output.hits) }}" }
output: "\${{ steps.count.output }}"`,
    { behaviours: { read: () => ({ outcome: { ...succeeded({ hits: [1, 2] }), answer: { meta: {}, error } } }) } },
  );
  expect({ outcome: report.outcome, output: report.output }).toEqual({ outcome: "partial_success", output: 2 });
  expect(report.steps[0]).toMatchObject({
    status: "completed",
    degraded: "partial",
    error: { message: error.message, server: "w", tool: "read", detail: { error: { code: "SHARD_DOWN" } } },
  });
});

test("what stood in for a call is not undone by what would undo the call, and is listed", async () => {
  const { report, world } = await told(
    `
id: pay-otherwise
steps:
  - { id: a, tool: w.fail, with: {}, fallback: { tool: w.pay, with: {} }, compensate: { tool: w.undo_pay, with: {} } }
  - { id: b, needs: [a], tool: w.fail, with: {}, fallback: { tool: w.read, with: {} } }
  - { id: c, needs: [b], for_each: [1, 2], tool: w.set_odd, with: { n: "\${{ item }}" }, fallback: { tool: w.set, with: {} }, compensate: { tool: w.undo_set, with: {} } }
  - { id: d, needs: [c], tool: w.fail, with: {} }`,
    {
      behaviours: { set_odd: ({ input }) => ({ outcome: (input as { n: number }).n === 1 ? succeeded(1) : failed("tool_error", "even") }) },
    },
  );
  expect(report.outcome).toBe("failed_with_rollback");
  expect(report.leftovers).toEqual([
    { step: "a", reason: "not_compensatable", server: "w", tool: "pay" },
    { step: "c", item: 1, reason: "not_compensatable", server: "w", tool: "set" },
  ]);
  expect(world.calls.map(({ id }) => id).filter((id) => id.endsWith("compensate"))).toEqual(["c[0]/compensate"]);
});
