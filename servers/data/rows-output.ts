import { z } from "zod";
import type { RowsFound } from "./query-job.ts";

/** The columns of an answer, as tools give them. */
export const columnsOutput = z.array(z.object({ name: z.string(), type: z.string() }));

/** The rows of an answer, as tools give them. */
export const rowsOutput = z.array(z.record(z.string(), z.json()));

/** Rows by the names of their columns. */
export function rowObjects({ columns, rows }: RowsFound): Record<string, never>[] {
  // The JSON of zod can be changed, and ours cannot: nobody changes this one.
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, (row[index] ?? null) as never])));
}
