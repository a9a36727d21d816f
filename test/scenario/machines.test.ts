import { expect, test } from "vitest";
import { MachineLab, OFFLINE_AFTER_MS } from "../support/machine-lab.ts";

const MACHINES = ["gpu-1", "gpu-2"];
/** Longer than it takes to see that a machine is gone. */
const DELAY_MS = 5_000;
/** For what moves, beyond the time in which a machine that hangs is noticed. */
const MOVED_WITHIN_MS = 30_000;

const LOSSES: readonly (readonly [string, (lab: MachineLab) => Promise<void>])[] = [
  ["is killed", async (lab) => lab.signal("gpu-1", "SIGKILL")],
  ["hangs", async (lab) => lab.signal("gpu-1", "SIGSTOP")],
];

test.each(LOSSES)(
  "when a machine %s, what may be repeated moves, what acts once is in doubt, and the rest goes on",
  { timeout: 120_000 },
  async (_, lose) => {
    await using lab = await MachineLab.open(...MACHINES);
    const [set, act] = [await lab.distribute("set", MACHINES, DELAY_MS), await lab.distribute("act", MACHINES, DELAY_MS)];
    await lab.untilBusy("gpu-1", 2);
    const lostAtMs = Date.now();
    await lose(lab);
    const [sets, acts] = [await lab.untilOver(set), await lab.untilOver(act)];
    expect(sets).toMatchObject({
      status: "completed",
      per_machine: [
        { machine_id: "gpu-2", status: "completed", moved_from: ["gpu-1"] },
        { machine_id: "gpu-2", status: "completed", moved_from: [] },
      ],
    });
    expect(Date.parse(sets.per_machine[0]?.completed_at ?? "") - lostAtMs - DELAY_MS - OFFLINE_AFTER_MS).toBeLessThan(MOVED_WITHIN_MS);
    expect(acts).toMatchObject({
      status: "running",
      needs_person: true,
      per_machine: [
        { machine_id: "gpu-1", in_doubt: true },
        { machine_id: "gpu-2", status: "completed", in_doubt: false },
      ],
    });
    const ledger = lab.ledger();
    expect(ledger.filter((line) => line.startsWith("set "))).toEqual(expect.arrayContaining(["set task-1", "set task-2"]));
    expect(ledger.filter((line) => line.startsWith("act ")).sort()).toEqual(
      [...new Set(ledger.filter((line) => line.startsWith("act ")))].sort(),
    );
  },
);

test("machines that are cut off and come back lose nothing, and do nothing twice that acts once", { timeout: 120_000 }, async () => {
  await using lab = await MachineLab.open(...MACHINES);
  const [set, act] = [await lab.distribute("set", MACHINES, DELAY_MS), await lab.distribute("act", MACHINES, DELAY_MS)];
  await lab.untilBusy("gpu-1", 2);
  lab.cut();
  await lab.mend();
  expect(await lab.untilOver(set)).toMatchObject({ status: "completed" });
  const acts = await lab.untilOver(act);
  expect(acts.per_machine.every(({ status, in_doubt: inDoubt }) => inDoubt || status === "completed")).toBe(true);
  const done = lab.ledger().filter((line) => line.startsWith("act "));
  expect(done).toHaveLength(new Set(done).size);
});

test("tasks outlive the process that distributed them, also those whose server only machines have", { timeout: 120_000 }, async () => {
  await using lab = await MachineLab.open(...MACHINES);
  const set = await lab.distribute("set", MACHINES, DELAY_MS);
  await lab.untilBusy("gpu-1", 1);
  await lab.restartHub();
  expect(await lab.untilOver(set)).toMatchObject({ status: "completed", per_machine: [{ status: "completed" }, { status: "completed" }] });
});
