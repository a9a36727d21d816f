import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ExecutionView, openTutti, type ServerConfig, type Tutti } from "../../src/index.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Tutti with one server `s`, which notes the calls that come to it. */
interface World extends AsyncDisposable {
  readonly notes: string;
  run(steps: readonly string[]): Promise<ExecutionView>;
  /** When calls came, in milliseconds. */
  cameMs(): readonly number[];
}

async function worldWith(more: Partial<ServerConfig>): Promise<World> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(temporaryDirectory());
  const notes = join(directory.path, "notes");
  const servers = [testServer("notes-calls.ts", [notes], more)];
  const tutti: Tutti = resources.use(await openTutti({ dataDirectory: join(directory.path, "data"), servers }));
  const open = resources.move();
  return {
    notes,
    async run(steps) {
      const workflow = `id: w\nsteps:\n${steps.map((step) => `  - ${step}\n`).join("")}`;
      const { executionId } = await tutti.execute({ workflow });
      return await tutti.wait(executionId);
    },
    cameMs: () => {
      const lines = existsSync(notes) ? readFileSync(notes, "utf8").trimEnd().split("\n") : [];
      return lines.map((line) => Number(line.split(" ")[0]));
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

test("a server gets no more calls in any second than its limit says, and all of them in the end", async () => {
  await using world = await worldWith({ rateLimits: { calls: { count: 5, perMs: 1_000 } }, maxConcurrentCalls: 20 });
  const report = await world.run(["{ id: a, for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], max_parallel: 12, tool: s.look }"]);
  expect(report.outcome).toBe("completed");
  const came = world.cameMs();
  expect(came.length).toBe(12);
  const apart = came.slice(5).map((atMs, place) => atMs - (came[place] ?? 0));
  // A message may be read later than it came, by a machine that has other things to do.
  expect(Math.min(...apart)).toBeGreaterThan(950);
});

test("two hundred calls that ask the same at once are one call, and all get its answer", async () => {
  await using world = await worldWith({});
  const list = `[${Array.from({ length: 200 }, (_, index) => index).join(", ")}]`;
  const step = `{ id: a, for_each: ${list}, max_parallel: 200, tool: s.look, cache: { ttl: 1m } }`;
  const [first, second] = await Promise.all([world.run([step]), world.run([step])]);
  expect(world.cameMs().length).toBe(1);
  const answers = Array.from({ length: 200 }, () => ({ number: 1 }));
  expect([first, second].map(({ steps }) => steps[0]?.output)).toEqual([answers, answers]);
});

test("a server that keeps failing is left alone, and used again when it is well", async () => {
  const breaker = { failures: 3, recoveryMs: 700, halfOpenCalls: 1, successes: 1, perTool: false };
  await using world = await worldWith({ breaker });
  writeFileSync(`${world.notes}.broken`, "");
  const ending = world.run(["{ id: a, tool: s.mend, retry: { max_attempts: 20, delay: 1ms, max_delay: 1ms } }"]);
  await expect.poll(() => world.cameMs().length, { timeout: 10_000 }).toBe(3);
  await wait(200);
  expect(world.cameMs().length).toBe(3);
  rmSync(`${world.notes}.broken`);
  const report = await ending;
  expect(report.outcome).toBe("completed");
  const came = world.cameMs();
  expect(came.length).toBe(4);
  expect((came[3] ?? 0) - (came[2] ?? 0)).toBeGreaterThanOrEqual(690);
});

test("executions that meet a short outage all end well, although only a few calls may try the server at first", async () => {
  // Opened by the first fault, so that nobody has a second one.
  const breaker = { failures: 1, recoveryMs: 2_000, halfOpenCalls: 3, successes: 2, perTool: false };
  await using world = await worldWith({ breaker, maxConcurrentCalls: 50 });
  writeFileSync(`${world.notes}.broken`, "");
  const endings = Array.from({ length: 40 }, async () => await world.run(["{ id: a, tool: s.mend }"]));
  await expect.poll(() => world.cameMs().length, { timeout: 10_000 }).toBeGreaterThan(0);
  rmSync(`${world.notes}.broken`);
  const reports = await Promise.all(endings);
  expect(reports.filter(({ outcome }) => outcome !== "completed").map(({ error }) => error)).toEqual([]);
});

test("a step whose time is up while it waits for a limit has timed out, and its call is never sent", async () => {
  await using world = await worldWith({ rateLimits: { calls: { count: 1, perMs: 3_600_000 } } });
  const report = await world.run(["{ id: a, tool: s.look }", "{ id: b, needs: [a], tool: s.look, max_duration: 300ms }"]);
  expect(report.outcome).toBe("failed");
  expect(report.steps[1]).toMatchObject({
    status: "failed",
    error: { kind: "timeout", message: expect.stringMatching(/300 ?ms/) as string },
  });
  expect(world.cameMs().length).toBe(1);
});
