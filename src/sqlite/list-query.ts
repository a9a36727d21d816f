import { TuttiError } from "../model/errors.ts";
import type { ListQuery } from "../ports/journal.ts";
import { statesWith } from "./listed-state.ts";

/** SQL with its parameters. */
export interface BoundSql {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** The columns of a summary, of `executions AS execution`. */
export const SUMMARY_COLUMNS = `execution.id, execution.execution_id, execution.workflow_id, execution.state, execution.started_at_ms,
  execution.ended_at_ms, execution.tenant, parent.execution_id AS parent_id,
  coalesce(execution.updated_at_ms, (SELECT at_ms FROM events WHERE events.execution = execution.id ORDER BY seq DESC LIMIT 1)) AS updated_at_ms`;

/**
 * The rows of a page and one more, newest first; undefined when nothing can match.
 *
 * Every filter becomes a handful of ranges of one index (`state` has ten values, `is_root` two), each of them sorted.
 * SQLite merges them and stops at the limit, so the cost does not depend on how many executions there are, nor on how
 * few of them match.
 *
 * @param before - the number of the execution that the page before ended with
 */
export function listSql(query: Omit<ListQuery, "cursor">, before: number): BoundSql | undefined {
  const { sql, parameters } = selectIds(query, before);
  if (sql === undefined) return undefined;
  return {
    sql: `SELECT ${SUMMARY_COLUMNS} FROM (${sql} ORDER BY id DESC LIMIT ?) AS page
      JOIN executions AS execution ON execution.id = page.id
      LEFT JOIN executions AS parent ON parent.id = execution.parent
      ORDER BY page.id DESC`,
    parameters: [...parameters, query.limit + 1],
  };
}

/** The newest execution that no other one started, of those for which this holds: one look at the end of each range of an index. */
export function latestSql(condition: string): string {
  const newest = statesWith(undefined, undefined)
    .map((state) => `SELECT max(id) AS id FROM executions WHERE ${condition} AND state = '${state}' AND is_root = 1`)
    .join(" UNION ALL ");
  return `SELECT ${SUMMARY_COLUMNS} FROM executions AS execution LEFT JOIN executions AS parent ON parent.id = execution.parent
    WHERE execution.id = (SELECT max(id) FROM (${newest}))`;
}

function selectIds(
  query: Omit<ListQuery, "cursor">,
  before: number,
): { readonly sql: string | undefined; readonly parameters: readonly (string | number)[] } {
  const equal = Object.entries({ tenant: query.tenant, workflow_id: query.workflowId }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ column, value }],
  );
  if (query.status === undefined && query.outcome === undefined && equal.length === 0 && query.rootsOnly !== true) {
    return { sql: "SELECT id FROM executions WHERE id < ?", parameters: [before] };
  }
  const ranges = statesWith(query.status, query.outcome).flatMap((state) =>
    (query.rootsOnly === true ? [1] : [0, 1]).map((isRoot) => [state, isRoot]),
  );
  const select = `SELECT id FROM executions WHERE ${equal.map(({ column }) => `${column} = ? AND `).join("")}state = ? AND is_root = ? AND id < ?`;
  return {
    sql: ranges.length === 0 ? undefined : ranges.map(() => select).join(" UNION ALL "),
    parameters: ranges.flatMap((range) => [...equal.map(({ value }) => value), ...range, before]),
  };
}

/**
 * Where the next page goes on: before this execution. A tenant gets no number, which would tell how many executions the
 * others have begun meanwhile.
 */
export function printCursor(query: ListQuery, last: { readonly id: number; readonly execution_id: string }): string {
  return query.tenant === undefined ? String(last.id) : last.execution_id;
}

/**
 * The number of the execution that the page before ended with, or one after all.
 *
 * @param numberOf - of the execution with this id, if the tenant has it
 * @throws TuttiError `input.invalid` - the cursor is none of ours
 */
export function parseCursor({ cursor, tenant }: ListQuery, numberOf: (tenant: string, id: string) => number | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (tenant === undefined && /^\d{1,15}$/.test(cursor)) return Number(cursor);
  const number = tenant === undefined ? undefined : numberOf(tenant, cursor);
  if (number !== undefined) return number;
  const problem = `the cursor "${cursor}" is not one that a list has given, or its execution has gone: list from the beginning`;
  throw new TuttiError("input.invalid", problem, { problems: [problem] });
}
