import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { Json } from "tutti/server";
import { jsonValue } from "./json-value.ts";
import { type LockedEngine, openLockedEngine, quoted, writingOf } from "./locked-engine.ts";
import type { DescribedTable, QueryColumn, QueryJob, QueryOutcome, QueryParameters, Scalar } from "./query-job.ts";
import { readingStatement } from "./reading-statement.ts";

const MESSAGE_CHARACTERS_MAX = 1_500;

/** Does a job in an engine of its own. Never rejects: whatever goes wrong is an outcome. */
export async function runQueryJob(job: QueryJob): Promise<QueryOutcome> {
  try {
    using engine = await openLockedEngine(job);
    return await runIn(engine, job).catch((error: unknown) => refused([textOf(error), ...broken(engine.problems)].join("\n"), job));
  } catch (error) {
    return refused(textOf(error), job);
  }
}

async function runIn(engine: LockedEngine, job: QueryJob): Promise<QueryOutcome> {
  const { connection } = engine;
  const { work, limits } = job;
  switch (work.type) {
    case "rows": {
      const statement = await connection.prepare(await readingStatement(connection, work.sql));
      bind(statement, work.parameters);
      return await collect(await statement.stream(), work.rowsMax, limits.answerBytesMax);
    }
    case "file": {
      // The statement is whole by itself, so it cannot end the brackets; the line end closes a comment at its end.
      const reading = await readingStatement(connection, work.sql);
      const text = work.format === "json" ? await jsonRows(connection, reading) : reading;
      const statement = await connection.prepare(`COPY (\n${text}\n) TO ${quoted(work.path)} (${writingOf(work.format)})`);
      bind(statement, work.parameters);
      const read = await statement.runAndReadAll();
      return { type: "file", rowCount: Number(read.getRows()[0]?.[0]) };
    }
    case "describe": {
      const tables: DescribedTable[] = [];
      for (const name of work.tables) {
        const { problem, ...table } = await describe(engine, name);
        tables.push(problem === undefined ? table : { ...table, problem: withoutPlaces(problem, job) });
      }
      return { type: "described", tables };
    }
  }
}

/** JSON has neither NaN nor infinity: they become null. DuckDB would write them, and hardly anybody could read the file. */
async function jsonRows(connection: DuckDBConnection, text: string): Promise<string> {
  const statement = await connection.prepare(text);
  const columns = Array.from({ length: statement.columnCount }, (_, index) => index)
    .filter((index) => [DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE].includes(statement.columnTypeId(index)))
    .map((index) => `"${statement.columnName(index).replaceAll('"', '""')}"`);
  if (columns.length === 0) return text;
  const finite = columns.map((column) => `CASE WHEN isfinite(${column}) THEN ${column} END AS ${column}`);
  return `SELECT * REPLACE (${finite.join(", ")}) FROM (\n${text}\n)`;
}

/** Whole numbers are taken as such: a date plus a number is a date, and a limit is none with a point in it. */
function bind(statement: DuckDBPreparedStatement, parameters: QueryParameters): void {
  if (Array.isArray(parameters)) {
    const list: readonly Scalar[] = parameters;
    statement.bind(list.map(boundValue), list.map(typeOf));
    return;
  }
  const entries = Object.entries(parameters);
  const unknown = entries.find(([name]) => !hasParameter(statement, name));
  if (unknown !== undefined) throw new Error(`the statement has no $${unknown[0]}, and params has a value for it`);
  const values = entries.map(([name, value]) => [name, boundValue(value)] as const);
  statement.bind(Object.fromEntries(values), Object.fromEntries(entries.map(([name, value]) => [name, typeOf(value)])));
}

function hasParameter(statement: DuckDBPreparedStatement, name: string): boolean {
  try {
    return statement.parameterIndex(name) > 0;
  } catch {
    return false;
  }
}

function boundValue(value: Scalar): Scalar | bigint {
  return typeof value === "number" && typeOf(value) === BIGINT ? BigInt(value) : value;
}

function typeOf(value: Scalar): DuckDBType {
  if (typeof value === "boolean") return BOOLEAN;
  if (typeof value !== "number") return VARCHAR;
  if (!Number.isSafeInteger(value)) return DOUBLE;
  return Math.abs(value) < 2 ** 31 ? INTEGER : BIGINT;
}

/** Keeps rows up to the limits, and counts the others. */
async function collect(result: DuckDBResult, rowsMax: number, bytesMax: number): Promise<QueryOutcome> {
  const columns = columnsOf(result);
  const perRow = columns.reduce((sum, { name }) => sum + Buffer.byteLength(JSON.stringify(name)) + 2, 2);
  const rows: Json[][] = [];
  let bytes = 0;
  let rowCount = 0;
  let full = rowsMax === 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let index = 0; index < chunk.rowCount && !full; index += 1) {
      const row = chunk.getRowValues(index).map(jsonValue);
      bytes += Buffer.byteLength(JSON.stringify(row)) + perRow;
      if (bytes > bytesMax) full = true;
      else rows.push(row);
      full ||= rows.length === rowsMax;
    }
    rowCount += chunk.rowCount;
  }
  if (rows.length === 0 && bytes > bytesMax)
    throw new Error(`one row alone has more than ${bytesMax} bytes: take fewer columns, or write a file`);
  return { type: "rows", columns, rows, rowCount, truncated: rowCount > rows.length };
}

function columnsOf(result: DuckDBResult): QueryColumn[] {
  const types = result.columnTypes();
  const taken = new Set<string>();
  return result.columnNames().map((name, index) => {
    let own = name;
    // Another column may have the very name that tells this one apart.
    for (let nth = 1; taken.has(own); nth += 1) own = `${name}:${nth}`;
    taken.add(own);
    return { name: own, type: String(types[index]) };
  });
}

async function describe({ connection, problems }: LockedEngine, name: string): Promise<DescribedTable> {
  const problem = problems.get(name);
  if (problem !== undefined) return { name, columns: [], row_count: 0, problem };
  try {
    const columns = columnsOf(await connection.run(`SELECT * FROM "${name}" LIMIT 0`));
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM "${name}"`);
    return { name, columns, row_count: Number(counted.getRows()[0]?.[0]) };
  } catch (error) {
    return { name, columns: [], row_count: 0, problem: textOf(error) };
  }
}

function broken(problems: ReadonlyMap<string, string>): string[] {
  return [...problems].map(([name, problem]) => `the table "${name}" cannot be read: ${problem}`);
}

function refused(text: string, job: QueryJob): QueryOutcome {
  return { type: "refused", message: withoutPlaces(text, job).slice(0, MESSAGE_CHARACTERS_MAX) };
}

/** The words of the engine, with names instead of places on this machine. */
function withoutPlaces(text: string, { tables, work }: QueryJob): string {
  const named = tables.reduce((told, { path, name }) => told.replaceAll(path, name), text);
  return work.type === "file" ? named.replaceAll(work.path, "the file") : named;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
