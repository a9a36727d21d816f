import { expect, test } from "vitest";
import type { CallRequest } from "../model/call.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { RoutedCaller } from "./routed-caller.ts";

/** Has one server of its own name, and answers with that. */
function callerNamed(name: string): ToolCaller {
  return { serves: (server) => server === name, call: async () => ({ kind: "succeeded", output: name }) };
}

const journal = {
  summary: async (executionId: string): Promise<ExecutionSummary> => ({
    executionId,
    workflowId: "w",
    status: "executing",
    startedAtMs: 0,
    updatedAtMs: 0,
    ...(executionId.includes("/") ? { parentId: executionId.slice(0, executionId.lastIndexOf("/")) } : {}),
  }),
};

const gate = { sending: async () => undefined, progress: () => undefined, stage: () => undefined };

async function answer(routed: RoutedCaller, executionId: string): Promise<unknown> {
  const request: CallRequest = {
    executionId,
    workflowId: "w",
    call: { step: "s" },
    attempt: 1,
    server: "a",
    tool: "b",
    input: {},
    secrets: [],
    effect: "read",
    timeoutMs: 1,
    idempotencyKey: "k",
    meta: {},
    permissions: [],
  };
  const outcome = await routed.call(request, gate, new AbortController().signal);
  return outcome.kind === "succeeded" ? outcome.output : outcome.kind;
}

test("calls go to whoever claimed the execution, or its parent, and else home", async () => {
  const routed = new RoutedCaller(callerNamed("home"), journal);
  routed.claim("e", callerNamed("guest"));
  routed.claim("e", callerNamed("late"));
  expect(await answer(routed, "e")).toBe("guest");
  expect(await answer(routed, "e/child/grandchild")).toBe("guest");
  expect(await answer(routed, "other")).toBe("home");
});

test("the calls of an execution that is being claimed wait until it is", async () => {
  const routed = new RoutedCaller(callerNamed("home"), journal);
  const start = Promise.withResolvers<{ executionId: string }>();
  const claimed = routed.claimStart("new", callerNamed("guest"), async () => await start.promise);
  const early = answer(routed, "found");
  start.resolve({ executionId: "found" });
  await claimed;
  expect(await early).toBe("guest");
  expect(await answer(routed, "new")).toBe("home");
});

test("the servers of an execution are those of whoever claimed it", async () => {
  const routed = new RoutedCaller(callerNamed("home"), journal);
  routed.claim("e", callerNamed("guest"));
  expect([routed.serves("home", "e"), routed.serves("guest", "e")]).toEqual([false, true]);
  expect([routed.serves("home", "other"), routed.serves("guest", "other")]).toEqual([true, false]);
  const start = Promise.withResolvers<{ executionId: string }>();
  const claimed = routed.claimStart("new", callerNamed("late"), async () => await start.promise);
  expect(routed.serves("late", "new")).toBe(true);
  expect(routed.serves("late", "other")).toBe(true);
  start.resolve({ executionId: "x" });
  await claimed;
});

test("a claim that fails leaves calls at home, and a forgotten one too", async () => {
  const routed = new RoutedCaller(callerNamed("home"), journal);
  const failing = routed.claimStart("f", callerNamed("guest"), async () => await Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await answer(routed, "f")).toBe("home");
  routed.claim("e", callerNamed("guest"));
  routed.forget("e");
  expect(await answer(routed, "e")).toBe("home");
});
