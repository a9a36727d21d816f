import type { PlanStep } from "../database-engine.ts";
import { countRows } from "./describe-tables.ts";
import { prepareStatement } from "./prepare-statement.ts";
import { Refusal } from "./refusal.ts";
import type { TenantFile } from "./tenant-file.ts";

/** What SQLite would do for a statement, in its own words; nothing is run. */
export function queryPlan(file: TenantFile, query: string): readonly PlanStep[] {
  const { statement, text, seen } = prepareStatement(file.read, query);
  if (text.keyword === "EXPLAIN" || text.keyword === "PRAGMA") throw new Refusal(`${text.keyword} has no plan: give the statement itself`);
  const { database, guard } = file.read;
  guard.watch(text.keyword);
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`).all();
  const tables = [...seen.reads, ...seen.writes.map(({ table }) => table)];
  const levels = new Map<number, number>([[0, -1]]);
  return rows.map(({ id, parent, detail }) => {
    const level = (levels.get(Number(parent)) ?? -1) + 1;
    levels.set(Number(id), level);
    return { ...readStep(file, String(detail), { query, tables }), level };
  });
}

interface Around {
  readonly query: string;
  readonly tables: readonly string[];
}

function readStep(file: TenantFile, detail: string, around: Around): Omit<PlanStep, "level"> {
  const [, operation, name] = /^(SCAN|SEARCH) (?!CONSTANT ROW)("[^"]*"|\S+)/.exec(detail) ?? [];
  if (operation === undefined || name === undefined) return { operation: firstWords(detail), description: detail };
  const table = tableOf(name.replaceAll('"', ""), around);
  const estimated = table === undefined ? undefined : estimate(file, detail, table);
  return {
    operation,
    ...(table === undefined ? {} : { table }),
    ...(estimated === undefined ? {} : { estimated_rows: estimated }),
    description: detail,
  };
}

/** Plans name tables by the names that the statement gives them. */
function tableOf(name: string, { query, tables }: Around): string | undefined {
  if (tables.includes(name)) return name;
  const words = query.match(/\w+/g) ?? [];
  return tables.find((table) =>
    words.some((word, index) => {
      const [next, afterNext] = words.slice(index + 1, index + 3);
      return word === table && (next === name || (next?.toLowerCase() === "as" && afterNext === name));
    }),
  );
}

/** All rows for a scan; for an index what ANALYZE has counted, if it has. */
function estimate({ read }: TenantFile, detail: string, table: string): number | undefined {
  if (/USING INTEGER PRIMARY KEY \(rowid=/.test(detail)) return 1;
  const { database, guard } = read;
  const isTable = guard.asOwner(() => database.prepare("SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'").get(table));
  if (isTable === undefined) return undefined;
  if (detail.startsWith("SCAN")) return countRows(read, table);
  const [, index, conditions = ""] = /INDEX (\S+) \(([^)]*)\)/.exec(detail) ?? [];
  // Ranges are not counted, only equality.
  const columns = conditions.split(" AND ").filter((condition) => condition.includes("=") && !/[<>]/.test(condition)).length;
  if (index === undefined || columns === 0) return undefined;
  const row = guard.asOwner(() => database.prepare("SELECT stat FROM sqlite_stat1 WHERE idx = ?").get(index));
  const figure = Number(String(row?.["stat"] ?? "").split(" ")[columns]);
  return Number.isFinite(figure) && figure > 0 ? figure : undefined;
}

function firstWords(detail: string): string {
  return /^[A-Z][A-Z -]*[A-Z]/.exec(detail)?.[0] ?? detail;
}
