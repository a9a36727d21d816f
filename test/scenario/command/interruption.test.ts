import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

// Long enough that a busy machine can look at the journal before the call has ended, and shorter than it is waited for.
const twoActs = `
id: acts
steps:
  - { id: first, tool: ledger.act, with: { delay_ms: 4000 } }
  - { id: second, needs: [first], tool: ledger.act }
output: "\${{ steps.second.output.id }}"
`;

test("Ctrl-C waits for a call that acts once, and the next process goes on behind it", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("acts.yaml", twoActs);
  await using run = world.start("run", "acts.yaml", "--json");
  const id = await begun(world);
  run.process.kill("SIGINT");
  expect(await run.finished).toEqual({
    exitCode: 130,
    signal: null,
    stdout: "",
    stderr: `interrupted; nothing is lost. To go on:\n    tutti executions resume ${id.slice(0, 13)}\n`,
  });
  await world.untilNothingRuns();
  expect(ledgerOf(world.path)).toEqual(["act first"]);
  expect(await world.json("executions", "show", id)).toMatchObject({
    steps: [{ status: "completed", attempts: 1 }, { status: "pending" }],
  });
  expect(await world.json("executions", "resume")).toMatchObject([{ execution_id: id, outcome: "completed", output: `${id}/second` }]);
  expect(ledgerOf(world.path)).toEqual(["act first", "act second"]);
});

test("the second Ctrl-C ends the command at once, with all its servers, and leaves the call in doubt", async () => {
  using world = commandWorld({ ledger: LEDGER, stubborn: "stubborn.ts" });
  world.write(
    "w.yaml",
    "id: w\nsteps:\n  - { id: a, tool: stubborn.processes }\n  - { id: b, needs: [a], tool: ledger.act, with: { delay_ms: 60000 } }\n",
  );
  await using run = world.start("run", "w.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*b: ledger\.act/);
  // What has only begun would be called by whoever takes it up.
  for (let look = 0; look < 50 && !(await world.run("executions", "events", id)).stdout.includes("call-sent"); look += 1);
  run.process.kill("SIGINT");
  await run.printed(/nothing is lost/, "stderr");
  const startMs = performance.now();
  run.process.kill("SIGINT");
  expect(await run.finished).toMatchObject({ exitCode: 130 });
  expect(performance.now() - startMs).toBeLessThan(1_500);
  await world.untilNothingRuns();
  const resumed = await world.run("executions", "resume", id);
  expect(resumed).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/ \? b {2}ledger\.act {2}in doubt: Tutti was stopped/) });
});

test("Ctrl-C while a server takes its time to start begins nothing and leaves nothing", async () => {
  using world = commandWorld({ slow: { file: "starts-oddly.ts", args: ["mute"] } });
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, tool: slow.greet }\n");
  await using run = world.start("run", "w.yaml");
  await world.untilRunning(2);
  run.process.kill("SIGINT");
  expect(await run.finished).toMatchObject({ exitCode: 130, stdout: "" });
  await world.untilNothingRuns();
  expect(await world.json("executions", "list")).toEqual({ executions: [] });
});

test("an execution goes on with the definition it was started with, whatever became of the file", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("acts.yaml", twoActs);
  await using run = world.start("run", "acts.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*first: ledger\.act/);
  run.process.kill("SIGTERM");
  expect(await run.finished).toMatchObject({ exitCode: 143 });
  world.write("acts.yaml", "id: acts\nsteps:\n  - { id: first, value: 1 }\n  - { id: third, value: 3 }\noutput: changed\n");
  expect(await world.json("executions", "resume", id)).toMatchObject([
    { outcome: "completed", output: `${id}/second`, steps: [{ id: "first" }, { id: "second", tool: "act" }] },
  ]);
  rmSync(join(world.path, "acts.yaml"));
  expect(await world.json("executions", "retry", id, "--from", "second")).toMatchObject({ retry_of: id, outcome: "completed" });
  expect(ledgerOf(world.path)).toEqual(["act first", "act second", "act second"]);
});

test("an execution whose server is not configured any more is not taken up, and says which one it needs", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("acts.yaml", twoActs);
  await using run = world.start("run", "acts.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*first: ledger\.act/);
  run.process.kill("SIGINT");
  await run.finished;
  world.write("empty.yaml", "{}\n");
  expect(await world.run("executions", "resume", id, "--config", "empty.yaml")).toMatchObject({
    exitCode: 66,
    stderr: expect.stringContaining('uses "ledger", which the configuration does not have'),
  });
  expect(await world.run("executions", "resume")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("completed in") });
});

test("when the owner is killed, the second takes over, ends right, and the first can be taken up", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write(
    "naps.yaml",
    "id: naps\ninputs: { who: { type: string }, nap: { type: string } }\nsteps:\n  - { id: a, tool: ledger.read, with: { who: '${{ inputs.who }}' } }\n" +
      "  - { id: nap, needs: [a], sleep: '${{ inputs.nap }}' }\n  - { id: b, needs: [nap], tool: ledger.act, with: { who: '${{ inputs.who }}' } }\n" +
      "output: '${{ steps.b.output.who }}'\n",
  );
  await using owner = world.start("run", "naps.yaml", "-p", "who=owner", "-p", "nap=5s");
  const [, first = ""] = await owner.printed(/^execution (\S+)[^]*nap: waits until/);
  await using heir = world.start("run", "naps.yaml", "-p", "who=heir", "-p", "nap=500ms", "--json");
  const [, pid] = await heir.printed(/^process (\d+) owns the data directory and runs execution/, "stderr");
  expect(Number(pid)).toBe(owner.process.pid);
  owner.process.kill("SIGKILL");
  const { exitCode, stdout } = await heir.finished;
  const document = JSON.parse(stdout) as { readonly execution_id: string };
  expect({ exitCode, ...document }).toMatchObject({ exitCode: 0, outcome: "completed", output: "heir", driven: false });
  expect(await world.json("executions", "resume")).toMatchObject([{ execution_id: first, outcome: "completed", output: "owner" }]);
  expect(ledgerOf(world.path).filter((call) => call === "act b")).toHaveLength(2);
  await world.untilNothingRuns();
});

test("an owner that is told to end leaves its place to the one that waits, and nothing is in doubt", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("acts.yaml", twoActs);
  await using owner = world.start("run", "acts.yaml");
  await owner.printed(/first: ledger\.act/);
  await using heir = world.start("run", "acts.yaml");
  await heir.printed(/first: ledger\.act/);
  owner.process.kill("SIGINT");
  expect(await owner.finished).toMatchObject({ exitCode: 130 });
  expect(await heir.finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/second: completed[^]*completed in/) });
  expect(await world.json("executions", "resume")).toMatchObject([{ outcome: "completed" }]);
  expect(ledgerOf(world.path).toSorted()).toEqual(["act first", "act first", "act second", "act second"]);
});

test("an owner that does not answer keeps nobody waiting for ever", async () => {
  using world = commandWorld();
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 1h }\n");
  await using owner = world.start("run", "nap.yaml");
  const [, id = ""] = await owner.printed(/^execution (\S+)[^]*waits until/);
  owner.process.kill("SIGSTOP");
  await using paused = world.start("executions", "pause", id);
  const [listed, shown] = await Promise.all([world.run("executions", "list"), world.run("executions", "show", id)]);
  expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/nap +executing/) });
  expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("waits until") });
  paused.process.kill("SIGINT");
  expect(await paused.finished).toMatchObject({ exitCode: 130 });
  owner.process.kill("SIGCONT");
  expect(await world.run("executions", "pause", id)).toMatchObject({ exitCode: 0 });
  expect(await owner.finished).toMatchObject({ exitCode: 3 });
});

test("several executions that were interrupted are told by name, and taken up together", async () => {
  using world = commandWorld();
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 500ms }\n");
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  for (let count = 0; count < 2; count += 1) {
    await using run = world.start("run", "nap.yaml");
    await run.printed(/waits until/);
    run.process.kill("SIGKILL");
  }
  const next = await world.run("run", "w.yaml");
  expect(next.stderr).toMatch(/^executions were interrupted: \S+ \(nap\), \S+ \(nap\) - take up with: tutti executions resume\n$/);
  const alone = await world.run();
  expect(alone).toMatchObject({ exitCode: 0, stderr: next.stderr });
  expect(alone.stdout).toContain("tutti help executions");
  const resumed = await world.run("executions", "resume");
  expect(resumed.exitCode).toBe(0);
  expect(resumed.stdout.match(/^completed in/gm)).toHaveLength(2);
  expect(await world.run("executions", "resume")).toMatchObject({ exitCode: 0, stderr: "no execution was interrupted\n" });
});

/** The id of the one execution, once its first call has been sent. */
async function begun(world: ReturnType<typeof commandWorld>): Promise<string> {
  for (let look = 0; look < 100; look += 1) {
    const { executions } = await world.json<{ readonly executions: readonly { readonly execution_id: string }[] }>("executions", "list");
    const [execution] = executions;
    if (execution === undefined) continue;
    const { stdout } = await world.run("executions", "events", execution.execution_id);
    if (stdout.includes("call-sent")) return execution.execution_id;
  }
  throw new Error("no call was sent");
}
