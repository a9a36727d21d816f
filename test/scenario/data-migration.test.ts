import { expect, test } from "vitest";
import { startCommand } from "../support/built-command.ts";
import { cloneOf, commandsInReadme } from "../support/example-clone.ts";

const CONFIG = ["--config", "examples/data-migration/tutti.yaml"];
const REQUEST = ["request", "examples/data-migration/migration.json", ...CONFIG];
const RUN = ["run", "examples/data-migration/migrate-data.yaml", ...CONFIG];
const RESUME = ["executions", "resume", ...CONFIG];

const ALL = "SELECT count(*), count(DISTINCT id), min(batch), max(batch) FROM customers";
const READ = ["count", "extract", "names", "phones", "addresses", "batches"];

test("all customers of a year are moved, tidied, once for one request", async () => {
  using example = cloneOf("data-migration");
  const answer = await example.request(REQUEST);
  expect(answer.data).toEqual({ status: "completed", results: { records: 120, batches: 5, report: "report-1" } });
  expect((await example.request(REQUEST)).data).toEqual(answer.data);
  expect(example.select("target", ALL)).toEqual(["120 120 0 4"]);
  expect(example.select("target", "SELECT tenant, name, phone, street, postcode, city FROM customers WHERE id IN (1, 2)")).toEqual([
    "acme Ben Okafor +441000007 1 High Street 10001 Leeds",
    "acme Carla Diaz +441000014 2 Station Road 10002 Leeds",
  ]);
  expect(example.select("reports", "SELECT text FROM reports")).toEqual(["120 customers of 2024 were moved in 5 batches."]);
});

test("data that is not good enough is not loaded, and every check says why", async () => {
  using example = cloneOf("data-migration");
  const answer = await example.ask("migrate_data", { year: 2019 });
  expect(answer.data).toEqual({ status: "validation_failed", results: { failed_validations: ["check_complete", "check_unique"] } });
  expect(JSON.stringify(answer.error)).toMatch(/incomplete: 210, 225, 240.*there twice: 241/);
  expect(example.select("target", ALL)).toEqual(["0 0  "]);
});

test("a migration whose end fails takes all batches out again, the last one first", async () => {
  using example = cloneOf("data-migration");
  const answer = await example.ask("migrate_data", { year: 2024 }, { FAIL_TOOL: "finish_migration" });
  expect(answer.data).toEqual({
    status: "failed_with_rollback",
    results: { completed: [...READ, "batches_loaded"], failed: "final_count", rollback: ["batches_unloaded"] },
  });
  expect(answer.meta.correlation_context.rollback_actions).toEqual(["unload_batch"]);
  expect(example.select("target", ALL)).toEqual(["0 0  "]);
});

test("a migration that nobody can report on is a partial success", async () => {
  using example = cloneOf("data-migration");
  const answer = await example.ask("migrate_data", { year: 2024 }, { FAIL_TOOL: "write_report" });
  expect(answer.data).toEqual({
    status: "partial_success",
    results: { completed: [...READ, "batches_loaded", "migration_finished"], failed: "report" },
  });
  expect(example.select("target", ALL)).toEqual(["120 120 0 4"]);
});

test("a request that allows partial results gets all customers or none", async () => {
  using example = cloneOf("data-migration");
  await example.request(REQUEST);
  // Of customers who are there already, no batch can be loaded.
  const answer = await example.ask("migrate_data", { year: 2024 }, {}, { extensions: { error_policy: "allow_partial" } });
  expect(answer.data).toMatchObject({ status: "partial_success", results: { failed: "load" } });
  expect(example.select("target", ALL)).toEqual(["120 120 0 4"]);
});

test("a migration that is killed while it loads goes on, and loads nothing twice", async () => {
  using example = cloneOf("data-migration");
  {
    await using run = startCommand([...RUN, "-p", "year=2024", "--json"], example.path, { SLOW_TOOL: "load_batch=1s" });
    await example.until(() => Number(example.select("target", "SELECT count(*) FROM customers")[0]) > 0);
    run.process.kill("SIGKILL");
    await run.finished;
  }
  const before = Number(example.select("target", "SELECT count(*) FROM customers")[0]);
  expect(before).toBeLessThan(120);
  const resumed = await example.run([...RESUME, "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ outcome: "completed", output: { records: 120, batches: 5 } }]);
  expect(example.select("target", ALL)).toEqual(["120 120 0 4"]);
});

test("a migration that a person refuses loads nothing", async () => {
  using example = cloneOf("data-migration");
  const asked = await example.run([...RUN, "-p", "year=2024", "-p", "ask=true", "--json"]);
  expect(asked.exitCode).toBe(3);
  const { execution_id: id } = JSON.parse(asked.stdout) as { readonly execution_id: string };
  await example.run(["executions", "approve", id, "--refuse", ...CONFIG]);
  const resumed = await example.run([...RESUME, "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ outcome: "failed", error: { kind: "approval" } }]);
  expect(example.select("target", ALL)).toEqual(["0 0  "]);
});

test("the README of data-migration shows the commands that are tested here", () => {
  expect(commandsInReadme("data-migration")).toEqual([REQUEST, [...RUN, "-p", "year=2024"], RESUME].map((command) => command.join(" ")));
});
