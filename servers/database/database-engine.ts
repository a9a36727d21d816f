import type { Json } from "tutti/server";

/** What holds the tables of the tenants: SQLite or PostgreSQL. Every method throws `ToolError` to say no. */
export interface DatabaseEngine extends AsyncDisposable {
  readonly kind: "sqlite" | "postgresql";
  execute(call: EngineCall, statement: AskedStatement): Promise<QueryAnswer>;
  listTables(call: EngineCall): Promise<readonly ListedTable[]>;
  tableSchema(call: EngineCall, table: string): Promise<TableSchema>;
  /** Whether `execute` would take it; runs nothing. */
  validate(call: EngineCall, query: string): Promise<Validation>;
  plan(call: EngineCall, statement: AskedStatement): Promise<readonly PlanStep[]>;
  stats(call: EngineCall): Promise<DatabaseStats>;
  status(): Promise<EngineStatus>;
}

/** For whom, and until when. */
export interface EngineCall {
  readonly tenant: string;
  readonly signal: AbortSignal;
}

export type Params = readonly Json[] | Readonly<Record<string, Json>>;

export interface AskedStatement {
  readonly query: string;
  readonly params: Params;
  readonly rowsMax: number;
  /** A change with the same key is made once, and answered the same. */
  readonly key?: string;
}

export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Json>>[];
  readonly row_count: number;
  readonly execution_time_ms: number;
  readonly inserted_id?: number | string;
  /** Rows that were inserted, updated or deleted. */
  readonly changes?: number;
  /** There is more: beyond `max_rows`, or beyond what fits into an answer. */
  readonly truncated: boolean;
}

export interface ListedTable {
  readonly name: string;
  readonly type: "table" | "view" | "virtual";
  readonly columns: number;
}

export interface TableSchema {
  readonly table_name: string;
  readonly type: ListedTable["type"];
  readonly columns: readonly TableColumn[];
  readonly primary_key: readonly string[];
  readonly foreign_keys: readonly ForeignKey[];
  readonly indexes: readonly TableIndex[];
  readonly row_count: number;
}

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** The expression, as the database has it. */
  readonly default?: string;
  readonly description?: string;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly references_table: string;
  readonly references_columns: readonly string[];
}

export interface TableIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
}

export interface Validation {
  readonly valid: boolean;
  readonly problem?: string;
  /** `select`, `insert`, `update`, `delete`, `create`, ...; `unknown` when it cannot be told. */
  readonly kind: string;
}

export interface PlanStep {
  readonly operation: string;
  readonly table?: string;
  readonly estimated_rows?: number;
  readonly estimated_cost?: number;
  readonly description: string;
  /** How deep it is in the tree of the plan; 0 is the outermost. */
  readonly level: number;
}

export interface DatabaseStats {
  readonly engine: string;
  readonly version: string;
  readonly size_bytes: number;
  readonly tables: readonly TableStats[];
  readonly facts: Readonly<Record<string, Json>>;
}

export interface TableStats {
  readonly name: string;
  readonly rows: number;
  readonly bytes?: number;
}

export interface EngineStatus {
  readonly healthy: boolean;
  readonly facts: Readonly<Record<string, Json>>;
}
