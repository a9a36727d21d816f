import { expect, test } from "vitest";
import { live } from "../support/lives.ts";
import { tell } from "../support/stories.ts";
import { failed, World } from "../support/world.ts";
import type { CallRequest } from "../../src/model/call.ts";

const denied = { outcome: failed("denied", "the caller may not", false) };

test("a call that its caller may not make is not tried again, whatever the step says, and what was done is undone", async () => {
  const story = tell({
    name: "",
    ends: "failed_with_rollback",
    workflow: `
id: order
steps:
  - { id: reserve, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: charge, needs: [reserve], tool: w.pay, with: {}, retry: { max_attempts: 5 } }`,
    behaviours: { pay: () => denied },
  });
  const { report } = await live(story);
  expect(report.steps.map(({ id, status, attempts, error }) => [id, status, attempts, error?.kind])).toEqual([
    ["reserve", "completed", 1, undefined],
    ["charge", "failed", 1, "denied"],
  ]);
  expect(report.error).toMatchObject({ kind: "denied", message: "the caller may not" });
  expect(story.world.calls.map(({ tool }) => tool)).toEqual(["set", "pay", "undo_set"]);
});

test("a denied call is a failure like others: it can fall back, and it is no answer of a validation", async () => {
  const story = tell({
    name: "",
    ends: "failed",
    workflow: `
id: order
steps:
  - { id: soft, tool: w.pay, with: {}, fallback: { value: none } }
  - { id: check, needs: [soft], tool: w.pay, with: {}, validates: true }`,
    behaviours: { pay: () => denied },
  });
  const { report } = await live(story);
  expect(report.outcome).toBe("failed");
  expect(report.steps).toMatchObject([{ status: "completed", degraded: "fallback", output: "none" }, { status: "failed" }]);
});

test("a compensation that is denied is left behind, and said to be", async () => {
  const story = tell({
    name: "",
    ends: "rollback_failed",
    workflow: `
id: order
steps:
  - { id: reserve, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: charge, needs: [reserve], tool: w.pay, with: {} }`,
    behaviours: { pay: () => denied, undo_set: () => denied },
  });
  const { report } = await live(story);
  expect(report.leftovers).toMatchObject([{ step: "reserve", reason: "compensation_failed", error: { kind: "denied" } }]);
  expect(story.world.of("undo_set")).toHaveLength(1);
});

class AskedWorld extends World {
  readonly requests: CallRequest[] = [];

  override async call(...asked: Parameters<World["call"]>): ReturnType<World["call"]> {
    this.requests.push(asked[0]);
    return await super.call(...asked);
  }
}

test("a call says what undoes it, and undoing says that it was allowed with the call", async () => {
  const world = new AskedWorld({});
  const story = tell({
    name: "",
    ends: "failed_with_rollback",
    workflow: `
id: order
steps:
  - { id: reserve, tool: w.set, with: {}, permissions: [stock:reserve], compensate: { tool: w.undo_set, with: {} } }
  - { id: look, needs: [reserve], tool: w.read, with: {} }
  - { id: charge, needs: [look], tool: w.fail, with: {} }`,
    meta: { security: { permissions: ["stock:*"] } },
  });
  await live({ ...story, world });
  const asked = world.requests.map(({ tool, permissions, undoneBy, undoesAllowed }) => ({ tool, permissions, undoneBy, undoesAllowed }));
  const open = { permissions: [], undoneBy: undefined, undoesAllowed: undefined };
  expect(asked).toEqual([
    { ...open, tool: "set", permissions: ["stock:reserve"], undoneBy: { server: "w", tool: "undo_set" } },
    { ...open, tool: "read" },
    { ...open, tool: "fail" },
    { ...open, tool: "undo_set", permissions: ["stock:reserve"], undoesAllowed: true },
  ]);
});

test("what undoes a child workflow was not allowed with any call, and is asked about", async () => {
  const world = new AskedWorld({});
  const story = tell({
    name: "",
    ends: "failed_with_rollback",
    workflow: `
id: order
steps:
  - { id: reserve, workflow: kid, compensate: { tool: w.undo_set, with: {} } }
  - { id: charge, needs: [reserve], tool: w.fail, with: {} }`,
    children: ["{ id: kid, steps: [{ id: a, tool: w.read, with: {} }] }"],
  });
  await live({ ...story, world });
  const undoing = world.requests.find(({ tool }) => tool === "undo_set");
  expect([undoing?.call.role, undoing?.undoesAllowed]).toEqual(["compensate", undefined]);
});

test("what a retry has taken over was begun by somebody else, and undoing it is asked about", async () => {
  const world = new AskedWorld({});
  const story = tell({
    name: "",
    ends: "failed_with_rollback",
    workflow: `
id: order
steps:
  - { id: reserve, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } }
  - { id: charge, needs: [reserve], tool: w.fail, with: {} }`,
  });
  await live({ ...story, world, retryOf: { executionId: "e-first", reused: [{ step: "reserve", output: {} }] } });
  expect(world.requests.map(({ tool, undoesAllowed }) => [tool, undoesAllowed])).toEqual([
    ["fail", undefined],
    ["undo_set", undefined],
  ]);
});
