import { expect, test } from "vitest";
import type { CallProgress } from "../../../src/ports/tool-caller.ts";
import type { ElicitationQuestion, Elicitor } from "../../../src/ports/elicitation.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openTestConnections, testServer } from "../../support/servers/test-connections.ts";

test("a server's question is put to a person, and the answer goes back", async () => {
  const asked: ElicitationQuestion[] = [];
  const ask: Elicitor["ask"] = async (question) => {
    asked.push(question);
    return question.url === undefined ? { action: "accept", content: { name: "Ada" } } : { action: "decline" };
  };
  await using world = openTestConnections(testServer("asks.ts"), { elicitor: { ask } });
  expect(await world.call("ask")).toEqual({ kind: "succeeded", output: { action: "accept", content: { name: "Ada" } } });
  expect(await world.call("ask_to_open")).toEqual({ kind: "succeeded", output: { action: "decline" } });
  expect(asked).toEqual([
    { server: "s", message: "What is your name?", schema: expect.objectContaining({ required: ["name"] }) },
    { server: "s", message: "Please sign in", url: "https://example.com/login" },
  ]);
});

test("when nobody can be asked, the call fails and says what the server wanted to know", async () => {
  await using world = openTestConnections(testServer("asks.ts"));
  expect(await world.call("ask")).toMatchObject({
    kind: "failed",
    error: { kind: "tool_error", message: 'the server wanted to ask "What is your name?", and nobody could be asked' },
  });
});

test("the time in which a person thinks does not count as time of the call", async () => {
  const clock = new ManualClock();
  const ask: Elicitor["ask"] = async () => {
    clock.advance(3_600_000);
    return { action: "cancel" };
  };
  await using world = openTestConnections(testServer("asks.ts"), { clock, elicitor: { ask } });
  expect(await world.call("ask", {}, { timeoutMs: 300 })).toEqual({ kind: "succeeded", output: { action: "cancel" } });
});

test("a person is not asked any longer when the call has been given up", async () => {
  const cancel = new AbortController();
  const givenUp = Promise.withResolvers<void>();
  const ask: Elicitor["ask"] = (_, signal) => {
    signal.addEventListener("abort", () => givenUp.resolve());
    cancel.abort();
    return new Promise(() => undefined);
  };
  await using world = openTestConnections(testServer("asks.ts"), { elicitor: { ask } });
  expect(await world.call("ask", {}, { signal: cancel.signal })).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  await expect(givenUp.promise).resolves.toBeUndefined();
});

test("a question to a language model is refused clearly, and one for roots is answered with none", async () => {
  await using world = openTestConnections(testServer("asks.ts"));
  expect(await world.call("sample")).toMatchObject({
    kind: "failed",
    error: { message: expect.stringContaining('does not offer "sampling/createMessage"') },
  });
  expect(await world.call("roots")).toEqual({ kind: "succeeded", output: { roots: [] } });
});

test("progress that comes together with the answer is passed on before it", async () => {
  await using world = openTestConnections(testServer("odd-answers.ts"));
  const steps: number[] = [];
  expect(await world.call("late_progress", {}, { progress: ({ progress }) => void steps.push(progress) })).toMatchObject({
    kind: "succeeded",
  });
  expect(steps).toEqual([1, 2, 3, 4, 5]);
});

test("a flood of progress reaches the observer as a trickle, and other calls do not wait for its end", async () => {
  await using world = openTestConnections(testServer("floods-progress.ts"));
  await world.connections.tools("s", world.signal);
  const progress: CallProgress[] = [];
  const flood = world.call("flood", { messages: 200_000 }, { progress: (one) => void progress.push(one) });
  const startMs = performance.now();
  const echo = await world.call("echo");
  const echoMs = performance.now() - startMs;
  expect(echo).toMatchObject({ kind: "succeeded" });
  expect(await flood).toEqual({ kind: "succeeded", output: { text: "done" } });
  const floodMs = performance.now() - startMs;
  expect(progress.length).toBeGreaterThan(0);
  expect(progress.length).toBeLessThanOrEqual(10 * Math.ceil(floodMs / 1_000 + 1));
  expect(echoMs).toBeLessThan(1_000);
});
