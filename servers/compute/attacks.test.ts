import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { purchasesCsv } from "../../test/support/purchases.ts";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openCompute } from "./open-compute.ts";

const clean = { operations: ["clean"], output_file: "out.parquet" };

interface Attack {
  readonly what: string;
  readonly tool: string;
  readonly parameters: object;
  readonly refusal: string;
}

const ATTACKS: readonly Attack[] = [
  ...["../secret.csv", "/etc/passwd", "a/../../secret.csv", "link.csv", "", "x\u0000.csv", "\ud800.csv", "*.csv"].flatMap((file) => [
    { what: `reading ${JSON.stringify(file)}`, tool: "data_processing", parameters: { ...clean, file }, refusal: "" },
    { what: `learning from ${JSON.stringify(file)}`, tool: "train_model", parameters: { file }, refusal: "" },
  ]),
  ...["../out.parquet", "/tmp/out.parquet", "link/out.parquet", "out.exe", "out.parquet/../../x.parquet"].map((output_file) => ({
    what: `writing ${output_file}`,
    tool: "data_processing",
    parameters: { ...clean, file: "good.csv", output_file },
    refusal: "",
  })),
  {
    what: "writing over the input",
    tool: "data_processing",
    parameters: { ...clean, file: "good.csv", output_file: "good.csv" },
    refusal: "another file",
  },
  { what: "a sealed file", tool: "data_processing", parameters: { ...clean, file: "sealed.csv" }, refusal: "decrypt it first" },
  { what: "a file that is no Parquet", tool: "data_processing", parameters: { ...clean, file: "broken.parquet" }, refusal: "DuckDB says" },
  { what: "a file that is nothing", tool: "data_processing", parameters: { ...clean, file: "empty.csv" }, refusal: "" },
  { what: "bytes that are no text", tool: "train_model", parameters: { file: "bytes.csv" }, refusal: "not utf-8" },
  { what: "a file of the wrong kind", tool: "train_model", parameters: { file: "note.md" }, refusal: "neither Parquet nor" },
  {
    what: "SQL for a column",
    tool: "train_model",
    parameters: { file: "good.csv", columns: { user: "x\" FROM read_text('/etc/passwd') --" } },
    refusal: "has no column",
  },
  {
    what: "one column for all",
    tool: "train_model",
    parameters: { file: "good.csv", columns: { user: "user_id", item: "user_id" } },
    refusal: "of its own",
  },
  { what: "no columns", tool: "train_model", parameters: { file: "strange.csv" }, refusal: "none of the columns" },
  {
    what: "an operation twice",
    tool: "data_processing",
    parameters: { ...clean, operations: ["clean", "clean"], file: "good.csv" },
    refusal: "at most once",
  },
  {
    what: "features of features",
    tool: "data_processing",
    parameters: { operations: ["feature_engineering"], output_file: "o.csv", file: "featured.csv" },
    refusal: "already",
  },
  {
    what: "a place outside for the held-out pairs, before hours of work",
    tool: "train_model",
    parameters: { file: "good.csv", held_out_file: "../globex/held.csv" },
    refusal: "is no path",
  },
  { what: "hours of work", tool: "train_model", parameters: { file: "good.csv", parameters: { epochs: 1e9 } }, refusal: "epochs" },
  {
    what: "a rate that is no number",
    tool: "train_model",
    parameters: { file: "good.csv", parameters: { learning_rate: "fast" } },
    refusal: "learning_rate",
  },
  {
    what: "a parameter nobody knows",
    tool: "train_model",
    parameters: { file: "good.csv", parameters: { constructor: 1 } },
    refusal: "constructor",
  },
  { what: "nothing to do", tool: "train_model", parameters: {}, refusal: "cancel_job" },
  { what: "a job of nobody", tool: "train_model", parameters: { cancel_job: "' OR 1=1 --" }, refusal: "there is no job" },
  {
    what: "a model by its path",
    tool: "predict",
    parameters: { model_id: "../../compute.sqlite", users: ["u1"] },
    refusal: "there is no model",
  },
  {
    what: "a model of every object",
    tool: "model_export",
    parameters: { model_id: "__proto__", file: "x.onnx" },
    refusal: "there is no model",
  },
  {
    what: "users and pairs",
    tool: "predict",
    parameters: { model_id: "x", users: ["u1"], pairs: [{ user: 1, item: 1 }] },
    refusal: "either",
  },
  { what: "a wait of years", tool: "gpu_status", parameters: { wait_ms: 1e12 }, refusal: "wait_ms" },
];

test("what is meant to do harm is refused, and what was there before is there afterwards", async () => {
  using directory = temporaryDirectory();
  const exchange = join(directory.path, "exchange");
  const place = (file: string): string => join(exchange, "acme", file);
  mkdirSync(place("."), { recursive: true });
  writeFileSync(join(exchange, "secret.csv"), purchasesCsv());
  symlinkSync(join(exchange, "secret.csv"), place("link.csv"));
  symlinkSync(directory.path, place("link"));
  writeFileSync(place("good.csv"), purchasesCsv());
  writeFileSync(place("sealed.csv"), "TUTTI-SEALED-1\n{}\n");
  writeFileSync(place("broken.parquet"), `PAR1${"x".repeat(1_000)}PAR1`);
  writeFileSync(place("empty.csv"), "");
  writeFileSync(place("bytes.csv"), Buffer.concat([Buffer.from("user_id,item_id\n"), Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a])]));
  writeFileSync(place("note.md"), "# user_id");
  writeFileSync(place("strange.csv"), "a,b\n1,2\n");
  writeFileSync(place("featured.csv"), "user_id,item_id,frequency\n1,2,3\n");
  await using server = await hold(openCompute({ STATE_DIR: join(directory.path, "state"), EXCHANGE_DIR: exchange }));
  const wrong: string[] = [];
  for (const { what, tool, parameters, refusal } of ATTACKS) {
    const told = await server.refusal(tool, parameters).catch((error: unknown) => `NOT REFUSED: ${String(error)}`);
    if (told.startsWith("NOT REFUSED") || !told.includes(refusal)) wrong.push(`${what}: ${told}`);
    // Where files are on this machine is nobody's business.
    if (told.includes(directory.path)) wrong.push(`${what} tells a path: ${told}`);
  }
  expect(wrong).toEqual([]);
  const good = await server.call("data_processing", { ...clean, file: "good.csv" });
  expect(good).toMatchObject({ rows_in: 1_440 });
});

test("ids and columns may be called anything", async () => {
  using directory = temporaryDirectory();
  const exchange = join(directory.path, "exchange");
  mkdirSync(join(exchange, "acme"), { recursive: true });
  const ids = ["__proto__", "constructor", "ä😀", "a'b", "SELECT 1", "1e5", " "];
  const rows = ids.flatMap((user) => ids.map((item) => `"${user}","${item}",1`));
  writeFileSync(join(exchange, "acme", "odd.csv"), `"us""er; DROP","it'em","tutti_mean"\n${rows.join("\n")}\n`);
  await using server = await hold(openCompute({ STATE_DIR: join(directory.path, "state"), EXCHANGE_DIR: exchange }));
  const columns = { user: 'us"er; DROP', item: "it'em", value: "tutti_mean" };
  const operations = ["feature_engineering"];
  const processed = await server.call("data_processing", { file: "odd.csv", operations, columns, output_file: "odd.parquet" });
  expect(processed).toMatchObject({ statistics: { users: 7, items: 7 } });
  const { model_id } = await server.call<{ model_id: string }>("train_model", { file: "odd.parquet", asynchronous: false });
  const { predictions } = await server.call<{ predictions: { basis: string }[] }>("predict", { model_id, users: ids });
  expect(predictions.map(({ basis }) => basis)).toEqual(ids.map(() => "model"));
  expect(await server.call("model_export", { model_id, file: "odd.onnx" })).toMatchObject({ verified: { pairs: 1_004 } });
});
