import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

/** A step that acts and takes its time, then one that acts at once; both are undone when the execution is cancelled. */
const acts = `
id: acts
steps:
  - { id: slow, tool: ledger.act, with: { delay_ms: 1000 }, compensate: { tool: ledger.undo } }
  - { id: nap, needs: [slow], sleep: 1s }
  - { id: last, needs: [nap], tool: ledger.act, compensate: { tool: ledger.undo } }
`;

/** Runs a workflow whose first call is lost, and gives the id of the execution, which then stands still. */
async function inDoubt(world: CommandWorld, steps: readonly object[]): Promise<string> {
  world.write("w.json", JSON.stringify({ id: "w", steps, output: "${{ steps.pay.?output }}" }));
  const { exitCode, stdout } = await world.run("run", "w.json", "--json");
  expect(exitCode).toBe(3);
  return (JSON.parse(stdout) as ExecutionDocument).execution_id;
}

const PAY = { id: "pay", tool: "shop.act", with: { amount: 5 } };

test("a pause from another process lets the call in flight end and begins nothing, and resuming goes on", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("acts.yaml", acts);
  await using run = world.start("run", "acts.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*slow: ledger\.act/);
  expect(await world.run("executions", "pause", id)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\S+ paused\n/) });
  const paused = await run.finished;
  expect(paused).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/‖ paused\n[^]*It is paused\. To go on:\n {4}tutti executions resume/),
  });
  expect(paused.stdout).toMatch(/✔ slow: completed/);
  expect(ledgerOf(world.path)).toEqual(["act slow"]);
  expect(await world.run("executions", "pause", id)).toMatchObject({ exitCode: 0 });
  expect(await world.json("executions", "resume", id)).toMatchObject([{ outcome: "completed" }]);
  expect(ledgerOf(world.path)).toEqual(["act slow", "act last"]);
  expect(await world.run("executions", "pause", id)).toMatchObject({ exitCode: 64 });
});

test("cancelling from another process undoes what was done, and both commands wait for that", async () => {
  using world = commandWorld({ ledger: LEDGER });
  // Whoever watches has come before the first call has ended, and the nap has no end of its own.
  world.write("acts.yaml", acts.replace("delay_ms: 1000", "delay_ms: 4000").replace("sleep: 1s", "sleep: 1h"));
  await using run = world.start("run", "acts.yaml", "--json");
  await using watch = await watching(world);
  await watch.printed(/nap: waits until/);
  const cancelled = await world.run("executions", "cancel", watch.id, "--json");
  expect(cancelled).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^process \d+ owns the data directory/) });
  expect(JSON.parse(cancelled.stdout)).toMatchObject({
    outcome: "cancelled",
    status: "failed",
    steps: [{ status: "completed", compensation: "completed" }, {}, { status: "cancelled" }],
    leftovers: [],
  });
  const { exitCode, stdout } = await run.finished;
  expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ exitCode: 1, outcome: "cancelled" });
  expect(await watch.finished).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/↶ undoing what was done\n[^]*cancelled in/) });
  expect(ledgerOf(world.path)).toEqual(["act slow", "undo slow/compensate"]);
});

test("watching what nobody drives tells how it stands, and how it goes on", async () => {
  using world = commandWorld();
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 1h }\n");
  await using run = world.start("run", "nap.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*waits until/);
  run.process.kill("SIGKILL");
  await run.finished;
  expect(await world.run("executions", "watch", id)).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/^interrupted after [^]*No process drives it now\. To go on:\n {4}tutti executions resume /),
  });
});

test("an approval with a time limit fails when it is over, and lets the run go on when somebody answers before", async () => {
  using world = commandWorld();
  const ask = (limit: string): string =>
    `id: ask\nsteps:\n  - { id: ask, approval: { message: Go on?, timeout: ${limit} } }\n` +
    "  - { id: then, value: '${{ steps.ask.output.by }}' }\noutput: '${{ steps.then.output }}'\n";
  world.write("short.yaml", ask("100ms"));
  world.write("long.yaml", ask("1h"));
  expect(await world.json("run", "short.yaml")).toMatchObject({
    outcome: "failed",
    steps: [{ status: "failed", error: { kind: "approval", message: "nobody approved in time" } }, {}],
  });
  await using run = world.start("run", "long.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*waits for approval: Go on\?/);
  expect(await world.run("executions", "approve", id, "asc")).toMatchObject({ exitCode: 66, stderr: expect.stringContaining('"asc"') });
  expect(await world.run("executions", "approve", id, "--by", "Ada")).toMatchObject({ exitCode: 0 });
  expect(await run.finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ask: approved by Ada\n[^]*output {2}Ada\n/) });
});

test("a call in doubt that did not happen is sent again, and once only", async () => {
  using world = commandWorld({ shop: "dies-once.ts" });
  const id = await inDoubt(world, [PAY]);
  expect(await world.run("executions", "resume", id)).toMatchObject({ exitCode: 3 });
  expect(await world.run("executions", "resolve", id, "pay", "--not-happened")).toMatchObject({ exitCode: 0 });
  expect(await world.run("executions", "resolve", id, "pay", "--happened")).toMatchObject({ exitCode: 64 });
  expect(await world.json("executions", "resume", id)).toMatchObject([
    { outcome: "completed", output: { done: "act", amount: 5 }, steps: [{ attempts: 2 }] },
  ]);
  expect(readFileSync(join(world.path, "done"), "utf8")).toBe('act {"amount":5}\n');
});

test("a call in doubt that counts as failed is treated like any failure", async () => {
  using world = commandWorld({ shop: "dies-once.ts" });
  const id = await inDoubt(world, [PAY, { id: "else", if: "failed('pay')", value: "something else" }]);
  await world.run("executions", "resolve", id, "pay", "--fail");
  expect(await world.json("executions", "resume", id)).toMatchObject([
    {
      outcome: "failed",
      steps: [{ status: "failed", attempts: 1, error: { server: "shop", tool: "act", attempt: 1 } }, { status: "completed" }],
    },
  ]);
});

test("of a list each item in doubt is settled by itself, as the printed commands say", async () => {
  using world = commandWorld({ shop: "dies.ts" });
  const id = await inDoubt(world, [{ id: "pay", for_each: [1, 2], tool: "shop.die" }]);
  const { stdout } = await world.run("executions", "show", id);
  expect(stdout).toMatch(/ \? pay\[0\], pay\[1\] {2}shop\.die {2}in doubt: [^]*one by one:\n/);
  expect(stdout).toMatch(/\n {4}tutti executions resolve \S+ 'pay\[0\]' --not-happened\n/);
  expect(await world.json("executions", "show", id)).toMatchObject({ steps: [{ items: { running: 2, in_doubt: [0, 1] } }] });
  expect(await world.run("executions", "resolve", id, "pay", "--happened")).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining("name one of them: pay[0], pay[1]"),
  });
  await world.run("executions", "resolve", id, "pay[1]", "--happened", "--output", '{"found": 2}');
  await world.run("executions", "resolve", id, "pay[0]", "--happened", "--output", '{"found": 1}');
  expect(await world.json("executions", "resume", id)).toMatchObject([{ outcome: "completed", output: [{ found: 1 }, { found: 2 }] }]);
});

test("a workflow that waits for a person in the one that it runs says where, and goes on when that is answered", async () => {
  using world = commandWorld();
  world.write("kid.yaml", "id: kid\nsteps:\n  - { id: ask, approval: { message: Go on? } }\noutput: '${{ steps.ask.output.by }}'\n");
  world.write("parent.yaml", "id: parent\nsteps:\n  - { id: run, workflow: kid }\noutput: '${{ steps.run.output }}'\n");
  const run = await world.run("run", "parent.yaml");
  expect(run.exitCode).toBe(3);
  const told = / \? run {2}the workflow that it runs waits for a person\. To see for what:\n {4}tutti executions show (\S+)\n/;
  const [, kid = ""] = told.exec(run.stdout) ?? [];
  const [, id = ""] = /^execution (\S+)/.exec(run.stdout) ?? [];
  expect((await world.run("executions", "show", id)).stdout).toMatch(told);
  expect((await world.run("executions", "show", kid)).stdout).toMatch(/ \? ask {2}Go on\?\n {4}tutti executions approve \S+ ask\n/);
  expect(await world.json("executions", "resume")).toMatchObject([]);
  expect(await world.run("executions", "approve", kid, "--by", "Ada")).toMatchObject({ exitCode: 0 });
  expect(await world.json("executions", "resume")).toMatchObject([{ execution_id: id, outcome: "completed", output: "Ada" }]);
});

test("a retry from a step runs that step and what depends on it once more, and takes over the rest", async () => {
  using world = commandWorld({ ledger: LEDGER });
  const steps = [
    { id: "a", tool: "ledger.act" },
    { id: "b", tool: "ledger.act", with: { of: "${{ steps.a.output.id }}" } },
    { id: "c", tool: "ledger.act", with: { of: "${{ steps.b.output.id }}" } },
  ];
  world.write("w.json", JSON.stringify({ id: "w", steps, output: "${{ steps.b.output.of }}" }));
  const first = await world.json<ExecutionDocument>("run", "w.json");
  const { exitCode, stdout, stderr } = await world.run("executions", "retry", first.execution_id, "--from", "b", "--json");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "taken over: a\nhad completed, and run once more: b, c\n" });
  expect(JSON.parse(stdout)).toMatchObject({
    retry_of: first.execution_id,
    outcome: "completed",
    output: `${first.execution_id}/a`,
    steps: [{ status: "completed", skipped_because: "reused", attempts: 0 }, { attempts: 1 }, { attempts: 1 }],
  });
  expect(ledgerOf(world.path)).toEqual(["act a", "act b", "act c", "act b", "act c"]);
});

/** A watch of the one execution, as soon as there is one. */
async function watching(world: CommandWorld): Promise<ReturnType<CommandWorld["start"]> & { readonly id: string }> {
  for (let look = 0; look < 100; look += 1) {
    const { executions } = await world.json<{ readonly executions: readonly ExecutionDocument[] }>("executions", "list");
    const [execution] = executions;
    if (execution !== undefined) return { ...world.start("executions", "watch", execution.execution_id), id: execution.execution_id };
  }
  throw new Error("no execution began");
}
