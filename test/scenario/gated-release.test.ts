import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "../support/built-command.ts";
import { cloneOf, type ExampleClone } from "../support/example-clone.ts";

const CONFIG = ["--config", "examples/gated-release/tutti.yaml"];
const RUN = ["run", "examples/gated-release/release.yaml", ...CONFIG, "-p"];

interface Shown {
  readonly execution_id: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly output: unknown;
  readonly error?: { readonly message: string };
  readonly steps: readonly {
    readonly id: string;
    readonly status: string;
    readonly attempts: number;
    readonly compensation?: string;
    readonly waiting_for?: { readonly message: string };
    readonly gate?: { readonly of: string; readonly kind: string; readonly wants: string };
    readonly error?: { readonly message: string; readonly detail?: { readonly exit_code: number; readonly output: string } };
  }[];
}

test("a release is tested, reviewed before it is published, and accepted afterwards", async () => {
  using example = cloneOf("gated-release");
  const asked = await shown(example, [...RUN, "version=1.0"]);
  expect(asked.status).toBe("paused");
  expect(asked.steps).toMatchObject([
    { id: "pack--enforcement", status: "completed", gate: { of: "pack", kind: "enforcement", wants: "unit-tests" } },
    { id: "pack", status: "completed" },
    { id: "pack--validation", status: "completed" },
    {
      id: "publish--enforcement",
      status: "waiting",
      waiting_for: {
        message: 'May the step "publish" (Publish it) run? It calls release.publish_release: {"version":"1.0","prices":3}',
      },
    },
    { id: "publish", status: "pending" },
    { id: "publish--validation", status: "pending" },
  ]);
  expect(published(example)).toEqual([]);

  await example.run(["executions", "approve", asked.execution_id, "publish--enforcement", "--by", "Ann", ...CONFIG]);
  const [again] = await resumed(example);
  expect(again?.steps.at(-1)?.waiting_for?.message).toBe(
    'Is the result of the step "publish" (Publish it) right? Others wait for it. It gave: {"version":"1.0","previous":null}',
  );
  expect(published(example)).toEqual(["1.0"]);

  await example.run(["executions", "approve", asked.execution_id, "publish--validation", ...CONFIG]);
  const [ended] = await resumed(example);
  expect(ended).toMatchObject({ outcome: "completed", output: { published: "1.0" } });
});

test("a red test keeps the price list from being packed, and its last words say why", async () => {
  using example = cloneOf("gated-release");
  raisePrice(example);
  const failed = await shown(example, [...RUN, "version=1.0"]);
  expect(failed).toMatchObject({ status: "failed", outcome: "validation_failed" });
  const [gate, pack] = failed.steps;
  expect(gate?.error?.message).toMatch(/^the check "unit-tests" did not pass: exit code 1 after /);
  expect(gate?.error?.detail?.output).toContain("Roll costs 6000 cents");
  expect(pack).toMatchObject({ status: "cancelled", attempts: 0 });
  expect(packed(example)).toEqual([]);
});

test("a result that is refused is undone, with everything before it", async () => {
  using example = cloneOf("gated-release");
  const { execution_id: id } = await shown(example, [...RUN, "version=1.0"]);
  await example.run(["executions", "approve", id, ...CONFIG]);
  await resumed(example);
  expect(published(example)).toEqual(["1.0"]);
  await example.run(["executions", "approve", id, "publish--validation", "--refuse", "--comment", "the rolls are missing", ...CONFIG]);
  const [ended] = await resumed(example);
  expect(ended).toMatchObject({
    outcome: "failed_with_rollback",
    error: { message: "the approval was refused: the rolls are missing" },
    steps: [{}, { id: "pack", compensation: "completed" }, {}, {}, { id: "publish", compensation: "completed" }, { status: "failed" }],
  });
  expect(published(example)).toEqual([]);
  expect(packed(example)).toEqual([]);
});

test("a check that is killed with its process is run again, and nothing of it is left behind", async () => {
  using example = cloneOf("gated-release");
  const file = join(example.folder, "price-list/price-list.test.ts");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, `${text}\nawait new Promise((go) => setTimeout(go, 600_000));\n`);
  await using run = startCommand([...RUN, "version=1.0"], example.path);
  await run.printed(/pack--enforcement: checks\.run_check/);
  run.process.kill("SIGKILL");
  await run.finished;
  writeFileSync(file, text);
  const [again] = await resumed(example);
  expect(again?.steps.slice(0, 3).map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
  expect(packed(example)).toEqual(["1.0"]);
});

test("a check that nobody has allowed is a mistake of the workflow, found before anything runs", async () => {
  using example = cloneOf("gated-release");
  const config = join(example.folder, "tutti.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace("  unit-tests:", "  unit-test:"));
  const { exitCode, stderr } = await example.run([...RUN, "version=1.0"]);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('release.yaml:9:18: there is no check "unit-tests" - did you mean "unit-test"?; add it to tutti.yaml');
});

async function shown(example: ExampleClone, args: readonly string[]): Promise<Shown> {
  return JSON.parse((await example.run([...args, "--json"])).stdout) as Shown;
}

async function resumed(example: ExampleClone): Promise<readonly Shown[]> {
  return JSON.parse((await example.run(["executions", "resume", ...CONFIG, "--json"])).stdout) as readonly Shown[];
}

function packed(example: ExampleClone): readonly string[] {
  return example.select("releases", "SELECT version FROM releases");
}

function published(example: ExampleClone): readonly string[] {
  return example.select("releases", "SELECT version FROM published");
}

/** Makes a roll cost more than a whole loaf may. */
function raisePrice(example: ExampleClone): void {
  const file = join(example.folder, "price-list/prices.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"price_minor": 60', '"price_minor": 6000'));
}
