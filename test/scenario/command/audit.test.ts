import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tamper } from "../../support/audit-samples.ts";
import { runCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

/** An entry as `tutti audit list --json` prints it. */
interface EntryDocument {
  readonly seq: number;
  readonly action: string;
  readonly execution_id?: string;
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly call?: string;
}

const TWO_STEPS = `
id: two
steps:
  - { id: look, tool: ledger.read }
  - { id: act, needs: [look], tool: ledger.act, with: { amount: 5, password: "geheim-1", deep: [{ iban: "DE-77" }] } }
`;

function ledgerWorld(more = ""): CommandWorld {
  const world = commandWorld({ ledger: { ...LEDGER, keys: { sensitive: ["iban"] } } });
  world.write("tutti.yaml", readFileSync(join(world.path, "tutti.yaml"), "utf8") + more);
  world.write("two.yaml", TWO_STEPS);
  return world;
}

async function entriesOf(world: CommandWorld, ...filters: readonly string[]): Promise<readonly EntryDocument[]> {
  return (await world.json<{ readonly entries: readonly EntryDocument[] }>("audit", "list", "--oldest-first", ...filters)).entries;
}

test("every call of a workflow is in the audit log, and one that changes something is there before it is made", async () => {
  using world = ledgerWorld("tenant: acme\n");
  const { execution_id: id } = await world.json<{ readonly execution_id: string }>("run", "two.yaml");
  const entries = await entriesOf(world);
  const about = { execution_id: id, workflow_id: "two", server: "ledger", attempt: 1, tenant: "acme", decision: "allowed" };
  expect(entries).toMatchObject([
    { seq: 1, action: "call-ended", outcome: "succeeded", call: "look", tool: "read", ...about },
    {
      seq: 2,
      action: "call",
      call: "act",
      tool: "act",
      details: { arguments: { amount: 5, password: "[redacted]", deep: [{ iban: "[redacted]" }] } },
      ...about,
    },
    { seq: 3, action: "call-ended", outcome: "succeeded", call: "act", tool: "act", ...about },
  ]);
  const [{ request_id: request = "", trace_id: trace = "" } = {}] = entries;
  for (const filter of [
    ["--request", request],
    ["--trace", trace],
    ["--workflow", "two"],
    ["--execution", id.slice(0, 13)],
  ]) {
    expect([filter, (await entriesOf(world, ...filter)).length]).toEqual([filter, 3]);
  }
  expect(await entriesOf(world, "--tenant", "beta")).toEqual([]);
  expect(await entriesOf(world, "--since", "1h", "--action", "call")).toHaveLength(1);
  expect(await entriesOf(world, "--until", "1h")).toEqual([]);
});

test("nothing that is sensitive is anywhere in the files of the audit log", async () => {
  using world = ledgerWorld();
  await world.run("run", "two.yaml");
  const files = readdirSync(join(world.path, ".tutti")).filter((name) => name.startsWith("audit."));
  expect(files.length).toBeGreaterThan(2);
  for (const name of files) {
    const bytes = readFileSync(join(world.path, ".tutti", name));
    expect([name, bytes.includes("geheim-1"), bytes.includes("DE-77")]).toEqual([name, false, false]);
  }
});

test("of a secret the audit log has only the name, in the arguments and in what the server says", async () => {
  using world = commandWorld({ bank: "marks-fields.ts" });
  world.write("w.yaml", `id: w\nsteps:\n  - { id: pay, tool: bank.charge, with: { header: "Bearer \${{ secrets.PAY }}", amount: 7 } }\n`);
  await runCommand(["run", "w.yaml"], world.path, { TUTTI_SECRET_PAY: "kept-very-secret" });
  expect(await entriesOf(world)).toMatchObject([
    { action: "call", details: { arguments: { header: "Bearer [secret PAY]", amount: 7 } } },
    { action: "call-ended", reason: expect.stringContaining('{"header":"Bearer [secret PAY]","amount":7}') },
  ]);
  expect(readFileSync(join(world.path, ".tutti/audit.db")).includes("kept-very-secret")).toBe(false);
});

test("what a server says when it refuses is told without the fields that its schema marks, and cannot repaint the terminal", async () => {
  using world = commandWorld({ bank: "marks-fields.ts" });
  world.write("w.yaml", `id: w\nsteps:\n  - { id: pay, tool: bank.charge, with: { phrase: "open-sesame", amount: 7 } }\n`);
  await world.run("run", "w.yaml");
  const { stdout } = await world.run("audit", "list");
  expect(stdout).toMatch(/call-ended +failed +- +bank\.charge +\S+ pay +tool_error: cannot charge \{"phrase":"\[redacted\]","amount":7\}/);
  expect(stdout).not.toContain("\u001b");
  expect(JSON.stringify(await entriesOf(world))).not.toContain("open-sesame");
});

test("a log that nobody has touched is sound, and one that somebody has changed is not", async () => {
  using world = ledgerWorld();
  await world.run("run", "two.yaml");
  const sound = await world.run("audit", "verify");
  expect(sound).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^the audit log is sound: 3 entries, \d checkpoints\n$/) });
  tamper(join(world.path, ".tutti"), "UPDATE entries SET entry = replace(entry, '5', '500') WHERE seq = 2");
  const spoiled = await world.run("audit", "verify");
  expect(spoiled.exitCode).toBe(1);
  expect(spoiled.stdout).toMatch(
    /^the audit log is not as it was written: 3 entries.*\n {2}entry {2}entry 2 is not what was written: it must have the hash/,
  );
  const document = await world.json("audit", "verify");
  expect(document).toMatchObject({ sound: false, findings: [{ kind: "entry", seq: 2 }], entries: 3 });
});

test("a head and a key that were kept elsewhere show that a log was put back, without any secret", async () => {
  using world = ledgerWorld();
  await world.run("run", "two.yaml");
  const data = join(world.path, ".tutti");
  cpSync(data, join(world.path, "earlier"), { recursive: true });
  await world.run("run", "two.yaml");
  writeFileSync(join(world.path, "head.json"), (await world.run("audit", "head", "--json")).stdout);
  writeFileSync(join(world.path, "audit.pub"), (await world.run("audit", "key")).stdout);
  rmSync(data, { recursive: true });
  cpSync(join(world.path, "earlier"), data, { recursive: true });
  rmSync(join(data, "audit.key"));
  const kept = ["--head", "head.json", "--public-key", "audit.pub"];
  expect(await world.run("audit", "verify", "--public-key", "audit.pub")).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await world.run("audit", "verify", ...kept);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("the log ends with entry 3, and there was an entry 6, as the head that was kept elsewhere says");
});

test("a command that is killed leaves a sound log, in which the call that it was about to make stands without an end", async () => {
  using world = ledgerWorld();
  world.write("slow.yaml", "id: slow\nsteps:\n  - { id: act, tool: ledger.act, with: { delay_ms: 60000 } }\n");
  await using run = world.start("run", "slow.yaml");
  await run.printed(/act: ledger\.act/);
  for (let look = 0; look < 50 && (await entriesOf(world)).length === 0; look += 1);
  run.process.kill("SIGKILL");
  await run.finished;
  expect(await world.run("audit", "verify")).toMatchObject({ exitCode: 0 });
  expect(await entriesOf(world)).toMatchObject([{ action: "call", call: "act" }]);
  await world.run("run", "two.yaml");
  expect(await world.json("audit", "verify")).toMatchObject({ sound: true, entries: 4, signed_seq: 4 });
});

test("a call that cannot be written down is not made, or gives no answer if it only reads", async () => {
  using world = ledgerWorld("audit: { key: missing.pem }\n");
  const { exitCode, stdout } = await world.run("run", "two.yaml", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    steps: [{ status: "failed", error: { kind: "denied", message: expect.stringContaining("missing.pem") } }, { status: "cancelled" }],
  });
  world.write("act.yaml", "id: act\nsteps:\n  - { id: act, tool: ledger.act }\n");
  expect(await world.run("run", "act.yaml")).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("the call was not sent") });
  expect(ledgerOf(world.path)).toEqual(["read look"]);
});

test("commands that call nothing make no audit log", async () => {
  using world = ledgerWorld();
  for (const args of [
    ["--version"],
    ["validate", "two.yaml"],
    ["plan", "two.yaml"],
    ["executions", "list"],
    ["audit", "list"],
    ["audit", "verify"],
  ]) {
    expect([args, (await world.run(...args)).exitCode]).toEqual([args, 0]);
  }
  expect(existsSync(join(world.path, ".tutti"))).toBe(false);
});

test.each([
  [["audit", "head"], 66, "there is no audit log yet"],
  [["audit", "key"], 66, "there is no audit log yet"],
  [["audit", "list", "--since", "yesterday"], 64, "--since takes a moment"],
  [["audit", "list", "--limit", "0"], 64, "--limit takes a whole number"],
  [["audit", "list", "--action", "dance"], 64, "Allowed choices"],
  [["audit", "verify", "--head", "tutti.yaml"], 65, "is no head of an audit log"],
  [["audit", "verify", "--head", "missing.json"], 66, "cannot read missing.json"],
])("%j is refused with %i", async (args, exitCode, text) => {
  using world = ledgerWorld();
  expect(await runCommand(args, world.path)).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
});
