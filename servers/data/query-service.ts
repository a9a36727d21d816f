import { refuse } from "../kit/reference-server.ts";
import type { Exchange, ExchangedFile } from "../kit/files/exchange.ts";
import type { ToolScope } from "../kit/define-tool.ts";
import { formatOf, TABLE_NAME } from "./data-files.ts";
import type {
  DescribedTable,
  FileFormat,
  QueryLimits,
  QueryOutcome,
  QueryParameters,
  QueryWork,
  RowsFound,
  TableFile,
} from "./query-job.ts";
import type { QueryWorkers } from "./query-workers.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { MissingTable, TableFiles } from "./table-files.ts";
import type { UnfinishedFiles } from "./unfinished-files.ts";

/** A query of a tenant, over its tables and files of its exchange. */
export interface Query {
  readonly sql: string;
  readonly parameters?: QueryParameters;
  /** Files of the exchange that are tables in this query, by the names that they have there. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs what the tools ask: counts requests, finds the tables of the tenant, and writes files. */
export interface QueryService {
  rows(query: Query, rowsMax: number, scope: ToolScope): Promise<RowsFound>;
  file(query: Query, into: { readonly file: string; readonly format: FileFormat }, scope: ToolScope): Promise<WrittenFile>;
  /** All tables of the tenant, or the one that is named. */
  describe(table: string | undefined, scope: ToolScope): Promise<readonly DescribedTable[]>;
  /** A table, for a request that is counted for its rows. */
  table(name: string, scope: ToolScope): Promise<DescribedTable>;
}

export type WrittenFile = ExchangedFile & { readonly row_count: number };

interface Parts {
  readonly tableFiles: TableFiles;
  readonly workers: QueryWorkers;
  readonly exchange: Exchange;
  readonly rate: RateLimit;
  readonly unfinished: UnfinishedFiles;
  readonly limits: QueryLimits;
}

export function queryService({ tableFiles, workers, exchange, rate, unfinished, limits }: Parts): QueryService {
  const tablesOf = async ({ tenant, signal }: ToolScope): ReturnType<TableFiles["of"]> => {
    return await tableFiles.of(tenant, async (table, path) => {
      const work: QueryWork = { type: "file", sql: `SELECT * FROM "${table.name}"`, parameters: [], path, format: "parquet" };
      await workers.run(tenant, { tables: [table], work, limits }, signal);
    });
  };
  const run = async (work: QueryWork, files: Query["files"], scope: ToolScope): Promise<QueryOutcome> => {
    const { tables, missing } = await tablesOf(scope);
    const exchanged = Object.entries(files ?? {}).map(([name, file]) => exchangedTable(name, file, exchange, scope.tenant));
    const hidden = new Set(exchanged.map(({ name }) => name));
    const seen = [...tables.filter(({ name }) => !hidden.has(name)), ...exchanged];
    try {
      return await workers.run(scope.tenant, { tables: seen, work, limits }, scope.signal);
    } catch (error) {
      throw withMissing(error, missing);
    }
  };
  const describe = async (table: string | undefined, scope: ToolScope): Promise<readonly DescribedTable[]> => {
    const { tables, missing } = await tablesOf(scope);
    const names = tables.map(({ name }) => name).filter((name) => table === undefined || name === table);
    const absent = missing.filter(({ name }) => table === undefined || name === table);
    if (table !== undefined && names.length + absent.length === 0) {
      throw refuse(`there is no table "${table}": ${tables.map(({ name }) => name).join(", ") || "none is there at all"}`);
    }
    const outcome = await workers.run(scope.tenant, { tables, work: { type: "describe", tables: names }, limits }, scope.signal);
    if (outcome.type !== "described") throw new Error(`tables were asked for, and ${outcome.type} came`);
    return [...outcome.tables, ...absent.map(({ name, problem }) => ({ name, columns: [], row_count: 0, problem }))];
  };
  return {
    async rows({ sql, parameters = [], files }, rowsMax, scope) {
      rate.count(scope.tenant, scope.now.getTime());
      const outcome = await run({ type: "rows", sql, parameters, rowsMax }, files, scope);
      if (outcome.type !== "rows") throw new Error(`rows were asked for, and ${outcome.type} came`);
      return outcome;
    },
    async file({ sql, parameters = [], files }, { file, format }, scope) {
      rate.count(scope.tenant, scope.now.getTime());
      let rowCount = 0;
      const written = await exchange.write(scope.tenant, file, async (path) => {
        await unfinished.while(path, async () => {
          const outcome = await run({ type: "file", sql, parameters, path, format }, files, scope);
          if (outcome.type !== "file") throw new Error(`a file was asked for, and ${outcome.type} came`);
          rowCount = outcome.rowCount;
        });
      });
      return { ...written, row_count: rowCount };
    },
    async describe(table, scope) {
      rate.count(scope.tenant, scope.now.getTime());
      return await describe(table, scope);
    },
    async table(name, scope) {
      const [found] = await describe(name, scope);
      if (found === undefined || found.problem !== undefined)
        throw refuse(`"${name}" cannot be read: ${found?.problem ?? "it is not there"}`);
      return found;
    },
  };
}

function exchangedTable(name: string, file: string, exchange: Exchange, tenant: string): TableFile {
  if (!TABLE_NAME.test(name))
    throw refuse(`tables: "${name.slice(0, 100)}" is no name of a table: lower-case letters, digits and _ are wanted`);
  const format = formatOf(file);
  if (format === undefined) throw refuse(`tables: "${file.slice(0, 200)}" must end in .parquet, .csv, .tsv, .json, .ndjson or .jsonl`);
  return { name, path: exchange.existing(tenant, file), format };
}

/** A table that is not found may be one whose file is missing. */
function withMissing(error: unknown, missing: readonly MissingTable[]): unknown {
  if (!(error instanceof Error) || missing.length === 0 || !error.message.includes("does not exist")) return error;
  return refuse([error.message, ...missing.map(({ name, problem }) => `the table "${name}" cannot be read: ${problem}`)].join("\n"));
}
