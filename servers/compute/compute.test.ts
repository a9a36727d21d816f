import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { expect, test } from "vitest";
import { purchasesCsv } from "../../test/support/purchases.ts";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openCompute } from "./open-compute.ts";

interface ToldJob {
  readonly job_id: string;
  readonly model_id: string;
  readonly status: string;
  readonly accuracy: number;
  readonly baseline_accuracy: number;
  readonly held_out_pairs: number;
  readonly model_sha256: string;
  readonly epoch: number;
}

interface Status {
  readonly jobs: readonly ToldJob[];
  readonly gpus: readonly object[];
}

interface World extends AsyncDisposable {
  readonly server: HeldServer;
  readonly write: (file: string, content: string) => void;
  readonly path: (file: string) => string;
}

async function world(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  const directory = temporaryDirectory();
  const exchange = join(directory.path, "exchange");
  const path = (file: string): string => join(exchange, "acme", file);
  mkdirSync(path("."), { recursive: true });
  const server = await hold(openCompute({ STATE_DIR: join(directory.path, "state"), EXCHANGE_DIR: exchange, ...environment }));
  return {
    server,
    path,
    write: (file, content) => writeFileSync(path(file), content),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

/** The pairs of a CSV file with quoted ids. */
function pairsOf(csv: string): readonly { readonly user: string; readonly item: string }[] {
  return csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [user = "", item = ""] = line.split(",").map((cell) => cell.replaceAll('"', ""));
      return { user, item };
    });
}

const DIRTY = `customer,sku,amount,date
007,a,10,2024-01-01
007,a,10,2024-01-01
007,b,30,2024-01-03
008,a,,2024-01-02
,a,5,2024-01-02
008,a,-5,2024-01-02
008,a,many,2024-01-02
008,b,20,2024-13-40
008,b,20,2999-01-01
008,b,20,2024-01-02
`;

test("cleaning, normalizing and features are what they say, counted and computed", async () => {
  await using held = await world();
  held.write("dirty.csv", DIRTY);
  const operations = ["clean", "normalize", "feature_engineering"];
  const told = await held.server.call("data_processing", { file: "dirty.csv", operations, output_file: "out.csv" });
  expect(told).toMatchObject({
    rows_in: 10,
    rows_out: 3,
    removed: { nulls: 2, impossible: 4, duplicates: 1 },
    features: ["amount_normalized", "recency_days", "frequency", "monetary", "day_of_week", "user_index", "item_index"],
    roles: { user: "customer", item: "sku", value: "amount", time: "date" },
    statistics: { users: 2, items: 2, density: 0.75, first: "2024-01-01T00:00:00Z", last: "2024-01-03T00:00:00Z" },
  });
  const written = readFileSync(held.path("out.csv"), "utf8").replaceAll(/(\d\.\d{6})\d+/g, "$1");
  const [header, ...rows] = written.trim().split("\n");
  expect(header).toBe("customer,sku,amount,date,amount_normalized,recency_days,frequency,monetary,day_of_week,user_index,item_index");
  // The ids are what they were, the newest day is a Wednesday, and of 10, 30 and 20 the mean is 20.
  expect(rows).toEqual([
    "007,a,10.0,2024-01-01 00:00:00,-1.224744,0.0,2,40.0,1,0,0",
    "007,b,30.0,2024-01-03 00:00:00,1.224744,0.0,2,40.0,3,0,1",
    "008,b,20.0,2024-01-02 00:00:00,0.0,1.0,1,20.0,2,1,1",
  ]);
});

test("times in text are those of their zone, or numbers since 1970, and a year alone is none", async () => {
  await using held = await world();
  const times = ["2024-01-02T10:00:00+02:00", "2024-01-02 08:00", "1704182400", "1704182400000", "2024"];
  held.write("times.csv", `user,item,time\n${times.map((time, nth) => `u${nth},i,${time}\n`).join("")}`);
  const told = await held.server.call("data_processing", { file: "times.csv", operations: ["clean"], output_file: "out.csv" });
  expect(told).toMatchObject({ rows_out: 4, removed: { impossible: 1 } });
  const [, ...rows] = readFileSync(held.path("out.csv"), "utf8").trim().split("\n");
  expect(rows).toEqual([0, 1, 2, 3].map((nth) => `u${nth},i,2024-01-02 08:00:00`));
});

test("values that are no numbers, and such that are too large, make no figure of others wrong", async () => {
  await using held = await world();
  held.write("odd.csv", "user,item,value\na,x,NaN\na,y,5\nb,x,inf\nb,y,1e308\nb,z,many\n");
  const told = await held.server.call("data_processing", { file: "odd.csv", operations: ["feature_engineering"], output_file: "out.csv" });
  const { columns } = told["statistics"] as { columns: { column: string; stddev: number | null }[] };
  expect(columns.find(({ column }) => column === "monetary")).toMatchObject({ count: 5, min: 5, max: 1e308, stddev: null });
});

test("the order of rows makes no difference to what is written, and an empty table is not written", async () => {
  await using held = await world();
  const [header = "", ...rows] = DIRTY.trim().split("\n");
  held.write("one.csv", DIRTY);
  held.write("other.csv", [header, ...rows.toReversed()].join("\n"));
  const parameters = { operations: ["clean"], normalization: "min_max" };
  const one = await held.server.call("data_processing", { ...parameters, file: "one.csv", output_file: "one.parquet" });
  const other = await held.server.call("data_processing", { ...parameters, file: "other.csv", output_file: "other.parquet" });
  expect(one["sha256"]).toBe(other["sha256"]);
  held.write("none.csv", `${header}\n${rows[3]}\n`);
  const none = { ...parameters, file: "none.csv", output_file: "none.parquet" };
  expect(await held.server.refusal("data_processing", none)).toContain("no row is left");
});

test("the accuracy that is told is the one that anybody computes from the held-out pairs and the predictions", async () => {
  await using held = await world();
  const csv = purchasesCsv();
  held.write("raw.csv", csv);
  await held.server.call("data_processing", {
    file: "raw.csv",
    operations: ["clean", "feature_engineering"],
    output_file: "ready.parquet",
  });
  const train = { file: "ready.parquet", asynchronous: false, held_out_file: "held.csv", parameters: { epochs: 60, batch_size: 64 } };
  const told = await held.server.call<ToldJob>("train_model", train);
  expect(told).toMatchObject({ status: "completed", epoch: 60 });

  const bought = new Set(pairsOf(csv).map(({ user, item }) => `${user} ${item}`));
  const heldOut = pairsOf(readFileSync(held.path("held.csv"), "utf8"));
  expect(heldOut.length).toBe(told.held_out_pairs);
  const users = [...new Set(pairsOf(csv).map(({ user }) => user))];
  const items = [...new Set(pairsOf(csv).map(({ item }) => item))];
  const pairs = users.flatMap((user) => items.map((item) => ({ user, item })));
  const { predictions } = await held.server.call<{ predictions: { user: string; item: string; score: number }[] }>("predict", {
    model_id: told.model_id,
    pairs,
  });
  const scores = new Map(predictions.map(({ user, item, score }) => [`${user} ${item}`, score]));
  const shares = heldOut.map(({ user, item }) => {
    const score = scores.get(`${user} ${item}`) ?? Number.NaN;
    const others = items.filter((other) => !bought.has(`${user} ${other}`)).map((other) => scores.get(`${user} ${other}`) ?? Number.NaN);
    return others.reduce((sum, other) => sum + (score > other ? 1 : score === other ? 0.5 : 0), 0) / others.length;
  });
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(told.accuracy, 9);
  expect(told.accuracy).toBeGreaterThan(0.85);
  expect(told.baseline_accuracy).toBeLessThan(0.7);
});

test("the same file and parameters give the same model and the same ONNX, which predict the same", async () => {
  await using held = await world();
  held.write("raw.csv", purchasesCsv());
  const train = async (seed: number): Promise<ToldJob> =>
    await held.server.call<ToldJob>("train_model", { file: "raw.csv", asynchronous: false, parameters: { epochs: 5, seed } });
  const [one, same, other] = [await train(1), await train(1), await train(2)];
  expect(same.model_sha256).toBe(one.model_sha256);
  expect(other.model_sha256).not.toBe(one.model_sha256);

  const exported = await held.server.call("model_export", { model_id: one.model_id, file: "one.onnx" });
  const again = await held.server.call("model_export", { model_id: same.model_id, file: "same.onnx" });
  expect(again["sha256"]).toBe(exported["sha256"]);
  expect(exported).toMatchObject({ accuracy: one.accuracy, users: 120, items: 40, verified: { pairs: 1_004 } });

  env.wasm.numThreads = 1;
  const content = readFileSync(held.path("one.onnx"));
  const session = await InferenceSession.create(new Uint8Array(content));
  expect([session.inputNames, session.outputNames]).toEqual([["user_index", "item_index"], ["score"]]);
  // The metadata says which user has which number.
  const numbers = (key: string): Record<string, number> => {
    const text = content.toString("latin1");
    const from = text.indexOf("{", text.indexOf(key));
    return JSON.parse(text.slice(from, text.indexOf("}", from) + 1)) as Record<string, number>;
  };
  const [users, items] = [numbers("users\u0012"), numbers("items\u0012")];
  const pairs = ["u3", "u77"].flatMap((user) => ["p0", "p11", "p39"].map((item) => ({ user, item })));
  const indexes = (list: readonly (number | undefined)[]): Tensor =>
    new Tensor(
      "int64",
      BigInt64Array.from(list, (index) => BigInt(index ?? -1)),
      [list.length],
    );
  const { score } = await session.run({
    user_index: indexes(pairs.map(({ user }) => users[user])),
    item_index: indexes(pairs.map(({ item }) => items[item])),
  });
  await session.release();
  const { predictions } = await held.server.call<{ predictions: { score: number }[] }>("predict", { model_id: one.model_id, pairs });
  for (const [place, told] of predictions.entries()) expect(Number(score?.data[place])).toBeCloseTo(told.score, 5);
});

test("ids may be numbers or texts, and strangers are answered by what is popular", async () => {
  await using held = await world();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows =
    "SELECT CASE WHEN i < 2 THEN 'nan'::DOUBLE ELSE i % 50 END AS customer_id, (i * 7 % 20)::BIGINT AS product_id FROM range(600) AS list(i)";
  await connection.run(`COPY (${rows}) TO '${held.path("numbers.parquet")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const cleaning = { file: "numbers.parquet", operations: ["clean"], output_file: "clean.parquet" };
  expect(await held.server.call("data_processing", cleaning)).toMatchObject({ removed: { nulls: 2 }, statistics: { users: 50 } });
  const job = await held.server.call<ToldJob>("train_model", { file: "numbers.parquet", asynchronous: false });
  expect(job).toMatchObject({ users: 50, ignored_rows: 2 });
  const { model_id } = job;
  const ask = { model_id, users: [7, "7", 999, "__proto__"], top: 3, exclude_taken: false };
  const told = await held.server.call<{ predictions: { items: object[]; basis: string }[]; unknown_users: number }>("predict", ask);
  const [number, text, unknown, proto] = told.predictions;
  expect([number?.basis, number?.items.length]).toEqual(["model", 3]);
  expect(text).toEqual(number);
  expect([unknown?.basis, proto?.basis, told.unknown_users]).toEqual(["popularity", "popularity", 2]);
  const pairs = [
    { user: 999, item: 7 },
    { user: 7, item: "nothing" },
  ];
  expect(await held.server.call("predict", { model_id, pairs })).toMatchObject({
    predictions: [{ basis: "popularity" }, { basis: "popularity", score: 0 }],
    unknown_items: 1,
  });
});

test("jobs wait for their turn, can be waited for and cancelled, and each tenant sees its own", async () => {
  await using held = await world({ CONCURRENT_JOBS: "1" });
  held.write("raw.csv", purchasesCsv());
  held.write("much.csv", purchasesCsv({ users: 2_000 }));
  const long = { file: "much.csv", parameters: { epochs: 10_000, batch_size: 1 } };
  const first = await held.server.call<ToldJob>("train_model", long, { key: "once" });
  expect(await held.server.call("train_model", long, { key: "once" })).toMatchObject({ job_id: first.job_id });
  const second = await held.server.call<ToldJob>("train_model", { file: "raw.csv", parameters: { epochs: 1 } });
  const changed = await held.server.call<Status>("gpu_status", { job_id: first.job_id, wait_ms: 30_000, until: "changed" });
  expect(changed.jobs).toMatchObject([{ status: "running" }]);
  const now = await held.server.call<Status>("gpu_status");
  expect(now).toMatchObject({ active_jobs: 1, queued_jobs: 1, concurrent_jobs_max: 1 });
  expect(now.jobs.map(({ status }) => status)).toEqual(["queued", "running"]);
  expect(await held.server.call("gpu_status", {}, { tenant: "other" })).toMatchObject({ jobs: [] });
  for (const [tool, parameters] of [
    ["gpu_status", { job_id: first.job_id }],
    ["train_model", { cancel_job: first.job_id }],
    ["predict", { model_id: first.model_id, users: ["u1"] }],
  ] as const) {
    expect(await held.server.refusal(tool, parameters, { tenant: "other" })).toContain("there is no");
  }

  expect(await held.server.call("train_model", { cancel_job: first.job_id })).toMatchObject({ status: "cancelled" });
  const ended = await held.server.call<Status>("gpu_status", { job_id: second.job_id, wait_ms: 60_000 });
  expect(ended.jobs).toMatchObject([{ status: "completed", progress: 1, epoch: 1 }]);
  expect(await held.server.call("train_model", { cancel_job: second.job_id })).toMatchObject({ status: "completed" });
  expect(await held.server.refusal("predict", { model_id: first.model_id, users: ["u1"] })).toContain("there is no model");
});

test("whoever cancels a call that waits for its training cancels the training", async () => {
  await using held = await world();
  held.write("much.csv", purchasesCsv({ users: 2_000 }));
  const stop = new AbortController();
  const parameters = { file: "much.csv", asynchronous: false, parameters: { epochs: 10_000, batch_size: 1 } };
  const refused = held.server.refusal("train_model", parameters, { signal: stop.signal, key: "waiting" });
  await expect.poll(async () => (await held.server.call<Status>("gpu_status")).jobs[0]?.status, { timeout: 60_000 }).toBe("running");
  stop.abort();
  expect(await refused).toContain("cancelled");
  await expect.poll(async () => (await held.server.call<Status>("gpu_status")).jobs[0]?.status, { timeout: 60_000 }).toBe("cancelled");
});

test("graphics processors are those that the driver tells of, and none where there is no driver or no sense in what it says", async () => {
  using directory = temporaryDirectory();
  const script = (name: string, text: string): string => {
    const path = join(directory.path, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const driver = script("driver", "echo '0, Tesla T4, 45, 1024, 15360, 61'; echo '1, Tesla T4, [N/A], 0, 15360, 40'; echo nonsense");
  const broken = script("broken", "echo '0, Tesla T4, 45, 1024, 15360, 61'; exit 1");
  for (const [command, gpus] of [
    [
      driver,
      [
        { index: 0, name: "Tesla T4", utilization_percent: 45, memory_used_mb: 1_024, memory_total_mb: 15_360, temperature_celsius: 61 },
        { index: 1, name: "Tesla T4", memory_used_mb: 0, memory_total_mb: 15_360, temperature_celsius: 40 },
      ],
    ],
    [broken, []],
    [join(directory.path, "nothing"), []],
  ] as const) {
    await using held = await world({ NVIDIA_SMI: command });
    const told = await held.server.call<Status & { readonly cpu: { readonly cores: number } }>("gpu_status");
    expect(told.gpus.filter((gpu) => JSON.stringify(gpu).includes("Tesla"))).toEqual(gpus);
    expect(told.cpu.cores).toBeGreaterThan(0);
  }
});

test("processing that is cancelled writes nothing, and leaves what was there", async () => {
  await using held = await world();
  held.write("raw.csv", purchasesCsv());
  held.write("out.parquet", "what was there");
  const stop = new AbortController();
  const parameters = { file: "raw.csv", operations: ["clean", "feature_engineering"], output_file: "out.parquet" };
  const refused = held.server.refusal("data_processing", parameters, { signal: stop.signal });
  stop.abort();
  expect(await refused).toContain("cancelled");
  expect(readFileSync(held.path("out.parquet"), "utf8")).toBe("what was there");
});

test("two servers on one state run each job once, and each can cancel what the other runs", async () => {
  using directory = temporaryDirectory();
  const exchange = join(directory.path, "exchange");
  mkdirSync(join(exchange, "acme"), { recursive: true });
  writeFileSync(join(exchange, "acme", "much.csv"), purchasesCsv({ users: 2_000 }));
  const environment = { STATE_DIR: join(directory.path, "state"), EXCHANGE_DIR: exchange, CONCURRENT_JOBS: "1" };
  await using one = await hold(openCompute(environment));
  await using other = await hold(openCompute(environment));
  const long = { file: "much.csv", parameters: { epochs: 10_000, batch_size: 1 } };
  const mine = await one.call<ToldJob>("train_model", long);
  const epochs = { job_id: mine.job_id, wait_ms: 30_000, until: "changed" };
  const running = await other.call<Status>("gpu_status", epochs);
  expect(running).toMatchObject({ jobs: [{ status: "running" }], active_jobs: 1 });
  expect(await other.call("train_model", { cancel_job: mine.job_id })).toMatchObject({ status: "cancelled" });
  expect(await one.call("gpu_status", { job_id: mine.job_id })).toMatchObject({ jobs: [{ status: "cancelled" }] });
});
