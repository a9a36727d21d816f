import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { processesIn } from "../support/processes-in.ts";
import { outputOf, type TrainingExecution, type TrainingWorld, trainingWorld } from "../support/training-world.ts";

const ROWS = 20_000;
const UNDONE = ["keep_data", "train", "keys", "backup", "publish", "deploy"];

test("purchases become a model that is as good as it says, sealed, served, and told of once", async () => {
  await using world = await trainingWorld(ROWS);
  const first = await world.train();
  expect(first).toMatchObject({ outcome: "completed", leftovers: expect.not.arrayContaining([expect.objectContaining({ id: "deploy" })]) });
  expect(first.steps.filter(({ status }) => status === "failed")).toEqual([]);
  await expectSealed(world, first);
  await expectServed(world, first);
  await expectTold(world, first);
  expectClean(world, first);
});

test("a model that does not answer when it is deployed is taken back with all that was made for it", async () => {
  await using world = await trainingWorld(ROWS);
  // A port of its own choice is none that rest_call may ask.
  const execution = await world.train([], { MODEL_PORT: "0" });
  expect(execution).toMatchObject({ outcome: "failed_with_rollback", error: { message: expect.stringContaining("not allowed") } });
  const undone = execution.steps.filter(({ compensation }) => compensation === "completed").map(({ id }) => id);
  expect(undone.toSorted()).toEqual(UNDONE.toSorted());
  await using storage = await world.server("storage");
  expect(await storage.call("list_files", { prefix: "/" })).toMatchObject({ files: [] });
  await using integration = await world.server("integration");
  expect(await integration.call("model_deploy", { name: "recommendation", undeploy: true })).toMatchObject({ status: "not_deployed" });
  const { keys } = await integration.call<{ readonly keys: readonly { readonly status: string }[] }>("api_key_mgmt", { action: "list" });
  expect(keys.map(({ status }) => status)).toEqual(["revoked", "revoked"]);
  expectClean(world, execution);
});

test("a model that somebody refuses is not deployed, and nothing is left of it", async () => {
  await using world = await trainingWorld(ROWS);
  await using asking = world.startTraining(["ask=true"]);
  const asked = await asking.finished;
  expect(asked.exitCode).toBe(3);
  const { execution_id: id } = JSON.parse(asked.stdout) as TrainingExecution;
  expect(await world.tutti(["executions", "approve", id, "sign_off", "--refuse"])).toMatchObject({ exitCode: 0 });
  const execution = await world.resume();
  expect(execution).toMatchObject({ outcome: "failed_with_rollback", error: { kind: "approval" } });
  await using storage = await world.server("storage");
  expect(await storage.call("list_files", { prefix: "/models/" })).toMatchObject({ files: [] });
  expectClean(world, execution);
});

test("a training in which compute and then Tutti are killed ends with the same model, and does nothing twice", async () => {
  // Long enough to be killed twice, also on a fast machine. Learned so long, it is no better for it.
  const inputs = ["epochs=3000", "accuracy_min=0.5"];
  await using world = await trainingWorld(ROWS);
  const undisturbed = await world.train(inputs);
  await using training = world.startTraining(inputs);
  const killed = await untilCheckpoint(world);
  for (const pid of computeProcesses(world)) process.kill(pid, "SIGKILL");
  await untilCheckpoint(world, killed);
  training.process.kill("SIGKILL");
  expect(await training.finished).toMatchObject({ signal: "SIGKILL" });
  const execution = await world.resume();
  expect(execution).toMatchObject({ outcome: "completed", output: { model_sha256: undisturbed.output?.model_sha256 } });
  expect(outputOf(execution, "trained")).toMatchObject({ jobs: [{ resumed_at_epoch: expect.any(Number) }] });
  expectClean(world, execution);
  await using compute = await world.server("compute");
  expect(await compute.call("gpu_status")).toMatchObject({ jobs: [{ status: "completed" }, { status: "completed" }] });
  await using storage = await world.server("storage");
  expect(await storage.call("list_files", { prefix: "/models/" })).toMatchObject({ files: [{ version: 2 }] });
  const letters = (await world.mails()).filter(({ subject }) => subject?.startsWith("Model Training Complete"));
  expect(letters).toHaveLength(2);
  expect(world.messages("slack").filter((message) => JSON.stringify(message).includes("is served at"))).toHaveLength(2);
});

/** What lies in the zones is no model, and can be opened by nobody but who has the key. */
async function expectSealed(world: TrainingWorld, execution: TrainingExecution): Promise<void> {
  const exported = outputOf(execution, "export") as { readonly sha256: string };
  const { path } = outputOf(execution, "publish") as { readonly path: string };
  await using storage = await world.server("storage");
  const stored = await storage.call("download_file", { path, file: "check/model.sealed" });
  expect(stored).toMatchObject({ sealed: true });
  expect(readFileSync(join(world.out, "exchange", "acme", "check/model.sealed")).toString("latin1")).toMatch(/^TUTTI-SEALED-1\n/);
  await using keys = await world.server("security");
  const opened = await keys.call("encrypt", { operation: "decrypt", file: "check/model.sealed", output_file: "check/model.onnx", path });
  expect(opened).toMatchObject({ sha256: exported.sha256 });
}

/** After a restart it still answers, with the numbers that rank what was held out as well as was said. */
async function expectServed(world: TrainingWorld, execution: TrainingExecution): Promise<void> {
  const keys = outputOf(execution, "keys") as readonly { readonly key: string }[];
  const sample = (outputOf(execution, "sample") as { readonly rows: readonly Pair[] }).rows;
  const expected = (outputOf(execution, "expected") as { readonly predictions: readonly { readonly score: number }[] }).predictions;
  await using _integration = await world.server("integration", { MODEL_PORT: world.environment["MODEL_PORT"] ?? "" });
  const ask = async (pairs: readonly Pair[], key = ""): Promise<Response> =>
    await fetch(execution.output?.url ?? "", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ pairs }),
    });
  expect([(await ask(sample)).status, (await ask(sample, keys[0]?.key)).status]).toEqual([401, 401]);
  const score = async (pairs: readonly Pair[]): Promise<readonly number[]> => {
    const answer = await ask(pairs, keys[1]?.key);
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { readonly scores: readonly number[] }).scores;
  };
  const scores = await score(sample);
  expect(scores).toHaveLength(20);
  for (const [place, each] of scores.entries()) expect(each).toBeCloseTo(expected[place]?.score ?? Number.NaN, 5);
  const accuracy = await accuracyOf(world, execution, score);
  expect(accuracy).toBeGreaterThan(0.85);
  expect(accuracy).toBeCloseTo(execution.output?.accuracy ?? 0, 3);
}

interface Pair {
  readonly user: string;
  readonly item: string;
}

/** How many of the products that a customer never bought are ranked below one that was held out: by the file alone. */
async function accuracyOf(
  world: TrainingWorld,
  { execution_id: id }: TrainingExecution,
  score: (pairs: readonly Pair[]) => Promise<readonly number[]>,
): Promise<number> {
  await using storage = await world.server("storage");
  const { content } = await storage.call<{ readonly content: string }>("download_file", { path: `/reports/${id}/held_out.csv` });
  const heldOut = content
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.replaceAll('"', "").split(","));
  const bought = await purchases(join(world.out, "data", `transactions-${ROWS}.parquet`));
  const items = [...new Set([...bought.values()].flatMap((own) => [...own]))];
  const users = [...new Set(heldOut.map(([user = ""]) => user))];
  const ofUser = new Map<string, ReadonlyMap<string, number>>();
  for (let from = 0; from < users.length; from += 50) {
    const some = users.slice(from, from + 50);
    const scores = await score(some.flatMap((user) => items.map((item) => ({ user, item }))));
    for (const [place, user] of some.entries())
      ofUser.set(user, new Map(items.map((item, at) => [item, scores[place * items.length + at] ?? Number.NaN])));
  }
  const ranks = heldOut.map(([user = "", item = ""]) => {
    const own = ofUser.get(user);
    const others = items.filter((other) => bought.get(user)?.has(other) !== true).map((other) => own?.get(other) ?? Number.NaN);
    const held = own?.get(item) ?? Number.NaN;
    return others.reduce((sum, other) => sum + (other < held ? 1 : other === held ? 0.5 : 0), 0) / others.length;
  });
  return ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
}

/** What each customer has bought, without the rows that cleaning takes out. */
async function purchases(path: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT customer_id AS customer, list(DISTINCT product_id) AS products FROM '${path}'
       WHERE date >= '2024-01-01' AND date < '2080-01-01' AND customer_id IS NOT NULL AND product_id <> '' AND amount >= 0 GROUP BY ALL`,
    );
    const rows = reader.getRowObjectsJson() as unknown as readonly { readonly customer: string; readonly products: readonly string[] }[];
    return new Map(rows.map(({ customer, products }) => [customer, new Set(products)]));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function expectTold(world: TrainingWorld, execution: TrainingExecution): Promise<void> {
  const mails = await world.mails();
  expect(mails.map(({ subject, attachments }) => [subject, attachments.map(({ filename }) => filename)])).toContainEqual([
    "Model Training Complete - Ready for Production",
    ["training_report.md", "model_metrics.json"],
  ]);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length);
  const texts = world.messages("slack").map((message) => JSON.stringify(message));
  expect(texts.filter((text) => text.includes("is served at"))).toHaveLength(1);
  expect(world.messages("webhooks")).toEqual([
    expect.objectContaining({ type: "training.completed", data: { execution: execution.execution_id, outcome: "completed" } }),
  ]);
}

/** Nothing that was only needed on the way is there any more. */
function expectClean(world: TrainingWorld, execution: TrainingExecution): void {
  const runs = join(world.out, "exchange", "acme", "runs");
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
  for (const id of ["remove_webhook", "revoke_grant", "revoke_tokens", "verify_audit", "compute_health"]) outputOf(execution, id);
  expect(outputOf(execution, "verify_audit")).toMatchObject({ valid: true });
}

/** The moment of a checkpoint of a training that is not over, later than another one. */
async function untilCheckpoint(world: TrainingWorld, afterMs = 0): Promise<number> {
  const jobs = join(world.out, "servers", "compute", "jobs");
  return await world.until(() => {
    const files = existsSync(jobs) ? readdirSync(jobs).map((job) => join(jobs, job, "checkpoint")) : [];
    const moments = files.flatMap((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? []);
    return moments.find((moment) => moment > afterMs);
  });
}

function computeProcesses(world: TrainingWorld): readonly number[] {
  const started = processesIn(join(world.out, ".."));
  const found = started.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("servers/compute/start.ts"));
  expect(found).toHaveLength(1);
  return found;
}
