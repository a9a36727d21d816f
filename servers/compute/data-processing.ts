import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { pathParts } from "../kit/files/confined-path.ts";
import { exchangedFile, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { columnsArgument, columnsGiven } from "./columns-argument.ts";
import type { Compute } from "./compute.ts";
import type { Processed, ProcessProgress, ProcessTask } from "./processing/process-file.ts";
import { Refusal } from "./work/refusal.ts";
import { runThread } from "./work/run-thread.ts";
import { stageFile } from "./work/staged-file.ts";
import { toldRefusals } from "./work/told-refusals.ts";

const operation = z.enum(["clean", "normalize", "feature_engineering"]);

const input = z.strictObject({
  file: exchangeName.describe("Table in the exchange: Parquet, or CSV with a header"),
  operations: z
    .array(operation)
    .min(1)
    .max(3)
    .describe(
      "What to do, in this order: clean (rows with gaps, impossible values, duplicates), normalize (values on a common scale), feature_engineering (recency, frequency, monetary, day of week, indexes)",
    ),
  output_file: exchangeName.describe(
    'Name to write to in the exchange, such as "features.parquet"; .csv is written as CSV. What is there is replaced',
  ),
  columns: columnsArgument.optional(),
  normalization: z.enum(["z_score", "min_max"]).default("z_score").describe("Scale of normalize: mean 0 and deviation 1, or from 0 to 1"),
});

const figure = z.number().nullable();

const output = exchangedFile.extend({
  rows_in: z.int().describe("Rows that were read"),
  rows_out: z.int().describe("Rows that were written"),
  features: z.array(z.string()).describe("Columns that were added"),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).describe("All columns of the written file"),
  roles: z.record(z.string(), z.string()).describe("Which column was taken for user, item, value and time"),
  removed: z
    .object({ nulls: z.int(), impossible: z.int(), duplicates: z.int() })
    .describe("Rows that clean took out: with something missing, with a value or time that cannot be, alike in every column"),
  statistics: z
    .object({
      users: z.int().describe("Different users"),
      items: z.int().describe("Different items"),
      density: z.number().describe("Share of all pairs of user and item that are there"),
      first: z.string().optional().describe("Oldest time"),
      last: z.string().optional().describe("Newest time"),
      columns: z
        .array(z.object({ column: z.string(), count: z.number(), mean: figure, stddev: figure, min: figure, median: figure, max: figure }))
        .describe("Of numeric columns, at most 50"),
    })
    .describe("Of the rows that were written"),
  duration_ms: z.number().describe("Without waiting for a turn"),
});

const PROCESS_WORKER = new URL("process-worker.ts", import.meta.url);

/** Cleans, normalizes and enriches a table, in a thread. Ends with the call. */
export function dataProcessing(compute: Compute): ToolPlan {
  const { exchange, owner, lanes, limits } = compute;
  return defineTool({
    name: "data_processing",
    title: "Prepare data",
    description:
      "Prepares a table of transactions for training: cleans, normalizes, adds features. Reads a file of the exchange and writes another, with statistics. The same file in gives the same file out.",
    effect: "repeatable",
    input,
    output,
    async run({ file, operations, output_file, columns, normalization }, { tenant, signal, now, progress }) {
      if (new Set(operations).size < operations.length) throw refuse("each operation is done at most once");
      // Else a repetition of the call would work over what it has written itself.
      if (file === output_file) throw refuse("the output goes to another file than the input");
      pathParts(output_file);
      const format = outputFormat(output_file);
      return await toldRefusals(signal, async () => {
        return await lanes.run(signal, async () => {
          using staged = await stageFile({ exchange, directory: owner.workDirectory, bytesMax: limits.inputBytesMax }, tenant, file);
          const written = join(staged.directory, `output.${format}`);
          const task: ProcessTask = {
            source: { path: staged.path, format: staged.format, columns: columnsGiven(columns) },
            operations,
            normalization,
            output: { path: written, format },
            spillDirectory: join(staged.directory, "spill"),
            memoryMb: limits.memoryMb,
            nowMs: now.getTime(),
          };
          const tell = ({ done, of, message }: ProcessProgress): void => progress({ progress: done, total: of, message });
          const processed = await inTime(signal, limits.processMs, async (both) => {
            return await runThread<ProcessTask, Processed, ProcessProgress>({ file: PROCESS_WORKER, task, signal: both, onProgress: tell });
          });
          const exchanged = await exchange.write(tenant, output_file, async (path) => await copyFile(written, path));
          return { ...exchanged, ...told(processed) };
        });
      });
    },
  });
}

function outputFormat(name: string): "parquet" | "csv" {
  if (/\.parquet$/i.test(name)) return "parquet";
  if (/\.csv$/i.test(name)) return "csv";
  throw refuse(`output_file is "${name}": it ends with .parquet or .csv`);
}

async function inTime<Result>(signal: AbortSignal, limitMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const both = new AbortController();
  const stop = (): void => both.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => both.abort(new Refusal(`it took longer than ${limitMs / 1_000} s, and was stopped`)), limitMs);
  try {
    return await work(both.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function told({ rowsIn, rowsOut, features, columns, chosen, removed, statistics, durationMs }: Processed) {
  const { nulls = 0, impossible = 0, duplicates = 0 } = removed;
  const { columns: figures, ...counts } = statistics;
  return {
    rows_in: rowsIn,
    rows_out: rowsOut,
    features: [...features],
    columns: columns.map(({ name, type }) => ({ name, type })),
    roles: Object.fromEntries(Object.entries(chosen).map(([role, column]: [string, { readonly name: string }]) => [role, column.name])),
    removed: { nulls, impossible, duplicates },
    statistics: { ...counts, columns: [...figures] },
    duration_ms: Math.round(durationMs),
  };
}
