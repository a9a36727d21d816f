import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

interface Results {
  readonly task_group_id: string;
  readonly status: string;
  readonly results: readonly { readonly machine_id: string; readonly task_id: string; readonly status: string }[];
}

test("a task is sent, looked at and summed up at the command line, also on this machine alone", async () => {
  using world = commandWorld({ ledger: LEDGER });
  expect((await world.run("machines", "list")).stdout).toMatch(/^local {2}online {2}0 tasks .*ledger\n$/);
  const sent = await world.json<Results>("tasks", "distribute", "ledger", "act", "n=1", 'text="x"', "--on", "local", "--request-key", "k");
  expect(sent).toMatchObject({ status: "completed", results: [{ machine_id: "local", status: "completed", result: { n: 1, text: "x" } }] });
  const again = await world.json<Results>("tasks", "distribute", "ledger", "act", "n=1", 'text="x"', "--on", "local", "--request-key", "k");
  expect(again.task_group_id).toBe(sent.task_group_id);
  expect(ledgerOf(world.path)).toEqual(["act task-1"]);
  const status = await world.run("tasks", "status", `${sent.task_group_id}.1`);
  expect(status.stdout).toMatch(/ {2}completed {2}100 %\n {2}completed {2}local {2}1 attempt\n$/);
  const results = await world.run("tasks", "results", sent.task_group_id);
  expect([results.exitCode, results.stdout]).toEqual([0, expect.stringContaining('"n":1')]);
});

test.each([
  ["a task that fails is exit code 1", ["tasks", "distribute", "ledger", "fail"], 1, /failed {2}local {2}it always says no/],
  [
    "a machine that is not there is a mistake",
    ["tasks", "distribute", "ledger", "act", "--on", "gpu-1"],
    65,
    /unknown machine "gpu-1" - "local" could do it/,
  ],
  ["so is a tool that is not there", ["tasks", "distribute", "ledger", "atc"], 66, /did you mean "act"/],
  ["a task that is not there is not found", ["tasks", "status", "0193f2c7.1"], 66, /no task and no group of tasks/],
  ["nor is a machine", ["machines", "show", "lcoal"], 66, /did you mean "local"/],
  ["a priority has a range", ["tasks", "distribute", "ledger", "act", "--priority", "11"], 64, /from 1 to 10/],
])("%s", async (_, args, exitCode, words) => {
  using world = commandWorld({ ledger: LEDGER });
  const ended = await world.run(...args);
  expect([ended.exitCode, `${ended.stdout}${ended.stderr}`]).toEqual([exitCode, expect.stringMatching(words)]);
});
