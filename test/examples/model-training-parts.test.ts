import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { generateTransactions } from "../../examples/model-training/generate-transactions.ts";
import { figuresOf } from "../../examples/model-training/report/figures.ts";
import { reportPage } from "../../examples/model-training/report/report-page.ts";
import { openWorld } from "../../examples/model-training/world.ts";
import { catchMessages } from "../../examples/model-training/world/catch-messages.ts";
import { keptPorts } from "../../examples/model-training/world/kept-ports.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROWS = 4_000;

test("the same number of purchases is the same file everywhere, found again, and made anew when somebody has changed it", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "a", "it's.parquet");
  const made = await generateTransactions(path, ROWS);
  expect(made).toMatchObject({ rows: ROWS, found: false });
  expect(await generateTransactions(path, ROWS)).toEqual({ ...made, found: true });
  const other = await generateTransactions(join(directory.path, "b.parquet"), ROWS);
  expect(other.sha256).toBe(made.sha256);
  const content = readFileSync(path);
  content[1_000] = (content[1_000] ?? 0) ^ 1;
  writeFileSync(path, content);
  expect(await generateTransactions(path, ROWS)).toEqual(made);
  expect(readdirSync(join(directory.path, "a")).toSorted()).toEqual(["it's.parquet", "it's.parquet.json"]);
});

test("in purchases there is something to learn, and something to clean", async () => {
  using directory = temporaryDirectory();
  const { path } = await generateTransactions(join(directory.path, "t.parquet"), ROWS);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const counted = await connection.runAndReadAll(`SELECT
      count(*) FILTER (date >= '2024-01-01')::INTEGER AS wanted, count(*) FILTER (customer_id IS NULL)::INTEGER > 0 AS gaps,
      count(*) FILTER (product_id = '')::INTEGER > 0 AS empty, count(*) FILTER (amount < 0)::INTEGER > 0 AS negative,
      count(*) FILTER (date > '2080-01-01')::INTEGER > 0 AS future, count(*) > count(DISTINCT transaction_id) AS repeated FROM '${path}'`);
    expect(counted.getRowObjectsJson()).toEqual([{ wanted: ROWS, gaps: true, empty: true, negative: true, future: true, repeated: true }]);
    const tastes =
      await connection.runAndReadAll(`WITH counted AS (SELECT customer_id, category, count(*) AS n FROM '${path}' GROUP BY ALL),
      ranked AS (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY n DESC, category) AS place FROM counted WHERE customer_id IS NOT NULL)
      SELECT sum(n) FILTER (place <= 2)::DOUBLE / sum(n)::DOUBLE AS share FROM ranked`);
    // Two of twelve categories would be a sixth of what is bought by chance.
    expect(tastes.getRowObjectsJson()[0]?.["share"]).toBeGreaterThan(0.75);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

test.each([
  [["--rows"], "a whole number from 2000"],
  [["--rows", "1e6"], "a whole number from 2000"],
  [["--rows", "100"], "a whole number from 2000"],
  [["--lines", "5000"], "is not understood"],
  [["--rows", "5000", "more"], "is not understood"],
])("%j is refused before anything is made", async (args, message) => {
  using directory = temporaryDirectory();
  await expect(openWorld({ folder: directory.path, out: directory.path, args })).rejects.toThrow(message);
  expect(readdirSync(directory.path)).toEqual([]);
});

test("a port is kept from run to run, until somebody else has it", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "ports.json");
  const first = await keptPorts(path, ["model", "status"]);
  expect(await keptPorts(path, ["model", "status"])).toEqual(first);
  const other = createServer();
  try {
    other.listen(first.model, "127.0.0.1");
    await once(other, "listening");
    const second = await keptPorts(path, ["model", "status"]);
    expect(second.model).not.toBe(first.model);
    expect(second.status).toBe(first.status);
  } finally {
    await new Promise<void>((resolve) => other.close(() => resolve()));
  }
});

test("a receiver keeps what is JSON and came to its address", async () => {
  using directory = temporaryDirectory();
  await using receiver = await catchMessages(directory.path, { path: "/hook", port: 0 });
  const post = async (url: string, body: string): Promise<number> => (await fetch(url, { method: "POST", body })).status;
  expect(await post(receiver.url, '{"text":"hello"}')).toBe(200);
  expect(await post(receiver.url, "hello")).toBe(400);
  expect(await post(receiver.url.replace("/hook", "/other"), "{}")).toBe(404);
  expect((await fetch(receiver.url)).status).toBe(405);
  const files = readdirSync(directory.path);
  expect(files.map((file) => readFileSync(join(directory.path, file), "utf8"))).toEqual(['{"text":"hello"}']);
});

test("the report of an execution that came nowhere says so, and takes nothing in it for HTML", () => {
  const execution = {
    execution_id: "<script>alert(1)</script>",
    outcome: "failed",
    started_at: "2026-01-01T00:00:00.000Z",
    steps: [
      {
        id: "extract",
        status: "failed",
        server: "da<ta",
        tool: "sql_query",
        attempts: 3,
        started_at: "2026-01-01T00:00:00.000Z",
        completed_at: "2026-01-01T00:00:01.000Z",
        output: null,
      },
      { id: "check", status: "cancelled", server: null, tool: null, started_at: null, completed_at: null },
    ],
    metrics: { calls: 3, retries: 2, duration_ms: 1_000, critical_path_ms: null },
  };
  const figures = figuresOf(execution);
  expect(figures).toMatchObject({
    calls: 3,
    retries: 2,
    failedSteps: 1,
    operations: [{ server: "da<ta", calls: 3 }],
    training: { losses: [] },
  });
  const page = reportPage(figures, execution);
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toMatch(/<script|da<ta|undefined|NaN|Infinity|null/);
});
