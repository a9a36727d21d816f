import type { Json } from "tutti/server";

/** What a process that queries is asked. It knows of no tenants: of each job it sees the files that are named, and nothing else. */
export interface QueryJob {
  readonly tables: readonly TableFile[];
  readonly work: QueryWork;
  readonly limits: QueryLimits;
}

/** A file that the statements of one job know as a table. */
export interface TableFile {
  /** An SQL name: letters, digits and `_`. */
  readonly name: string;
  /** Absolute, and without links. */
  readonly path: string;
  readonly format: FileFormat;
}

export type FileFormat = "parquet" | "csv" | "json";

export type QueryWork =
  | { readonly type: "rows"; readonly sql: string; readonly parameters: QueryParameters; readonly rowsMax: number }
  | {
      readonly type: "file";
      readonly sql: string;
      readonly parameters: QueryParameters;
      readonly path: string;
      readonly format: FileFormat;
    }
  | { readonly type: "describe"; readonly tables: readonly string[] };

/** For `$1`, `$2`, or by name for `$name`. */
export type QueryParameters = readonly Scalar[] | Readonly<Record<string, Scalar>>;

export type Scalar = string | number | boolean | null;

export interface QueryLimits {
  readonly threads: number;
  readonly memoryMb: number;
  /** Of rows that are answered, as JSON. */
  readonly answerBytesMax: number;
  /** Of a file that is written. */
  readonly fileBytesMax: number;
}

/**
 * How a job has ended. `refused` is for whoever asked, and says what was wrong; `exceeded` too, and the process that says
 * it ends.
 */
export type QueryOutcome =
  | ({ readonly type: "rows" } & RowsFound)
  | { readonly type: "file"; readonly rowCount: number }
  | { readonly type: "described"; readonly tables: readonly DescribedTable[] }
  | { readonly type: "refused" | "exceeded"; readonly message: string };

/** What the process sends first, and once: from then on the time of a job counts. */
export const READY = "ready";

/** What the process sends when a job has ended. */
export interface QueryAnswer {
  readonly outcome: QueryOutcome;
  /** Memory that the process has then. */
  readonly heldMb: number;
}

export interface RowsFound {
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly (readonly Json[])[];
  /** Of all rows, also those that are left out. */
  readonly rowCount: number;
  readonly truncated: boolean;
}

export interface QueryColumn {
  readonly name: string;
  readonly type: string;
}

export interface DescribedTable {
  readonly name: string;
  readonly columns: readonly QueryColumn[];
  readonly row_count: number;
  /** Why it cannot be read. */
  readonly problem?: string;
}
