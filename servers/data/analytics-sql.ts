import { refuse } from "../kit/reference-server.ts";
import type { QueryColumn, Scalar } from "./query-job.ts";

/** What is asked of a table, without SQL. */
export interface AnalyticsQuestion {
  readonly table: string;
  readonly measures: readonly Measure[];
  readonly groupBy: readonly Grouping[];
  readonly filters: readonly Filter[];
  readonly orderBy: readonly Ordering[];
}

export interface Measure {
  readonly aggregate: (typeof AGGREGATES)[number];
  readonly column?: string | undefined;
  readonly as?: string | undefined;
}

export type Grouping = string | { readonly column: string; readonly by: (typeof PERIODS)[number]; readonly as?: string | undefined };

export interface Filter {
  readonly column: string;
  readonly op: (typeof OPERATORS)[number];
  readonly value?: Scalar | readonly Scalar[] | undefined;
}

export interface Ordering {
  readonly by: string;
  readonly direction: "ascending" | "descending";
}

export const AGGREGATES = ["count", "count_distinct", "sum", "mean", "min", "max", "median", "p90", "p95", "p99", "stddev"] as const;
export const PERIODS = ["hour", "day", "week", "month", "quarter", "year"] as const;
export const OPERATORS = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "not_in",
  "between",
  "contains",
  "starts_with",
  "is_null",
  "is_not_null",
] as const;

/** The statement, and the values of its parameters. Names come from the columns of the table, and values are never in the text. */
export interface AnalyticsSql {
  readonly sql: string;
  readonly parameters: readonly Scalar[];
}

/** @throws ToolError - a column is not there, or a filter makes no sense */
export function analyticsSql(question: AnalyticsQuestion, columns: readonly QueryColumn[]): AnalyticsSql {
  const parameters: Scalar[] = [];
  const typeOf = (name: string): string => {
    const found = columns.find((column) => column.name === name);
    if (found !== undefined) return found.type;
    throw refuse(`the table "${question.table}" has no column "${name.slice(0, 100)}": ${columns.map((column) => column.name).join(", ")}`);
  };
  const groups = question.groupBy.map((group) => grouped(group, typeOf));
  const measures = question.measures.map((measure) => measured(measure, typeOf));
  const names = [...groups, ...measures].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`two columns of the answer have the name "${twice}": give one another name with "as"`);
  const where = question.filters.map((filter) => condition(filter, typeOf(filter.column), parameters));
  const order = question.orderBy.map(({ by, direction }) => {
    if (!names.includes(by)) throw refuse(`order_by "${by.slice(0, 100)}" is none of what is asked: ${names.join(", ")}`);
    return `${identifier(by)} ${direction === "ascending" ? "ASC" : "DESC"} NULLS LAST`;
  });
  const lines = [
    `SELECT ${[...groups, ...measures].map(({ expression, name }) => `${expression} AS ${identifier(name)}`).join(", ")}`,
    `FROM ${identifier(question.table)}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`]),
    ...(groups.length === 0 ? [] : [`GROUP BY ${groups.map((_, index) => index + 1).join(", ")}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(", ")}`]),
  ];
  return { sql: lines.join("\n"), parameters };
}

interface Selected {
  readonly expression: string;
  readonly name: string;
}

function grouped(group: Grouping, typeOf: (name: string) => string): Selected {
  const { column, by, as } = typeof group === "string" ? { column: group } : group;
  const type = typeOf(column);
  if (by === undefined) return { expression: identifier(column), name: as ?? column };
  if (!/^(DATE|TIMESTAMP)/.test(type)) throw refuse(`group_by "${column}" by ${by}: a date or a time is wanted, and it is ${type}`);
  return { expression: `date_trunc('${by}', ${identifier(column)})`, name: as ?? by };
}

function measured({ aggregate, column, as }: Measure, typeOf: (name: string) => string): Selected {
  if (column === undefined) {
    if (aggregate !== "count") throw refuse(`the measure ${aggregate} needs a column`);
    return { expression: "count(*)", name: as ?? "count" };
  }
  typeOf(column);
  return { expression: aggregateOf(aggregate, identifier(column)), name: as ?? `${aggregate}_${column}` };
}

function aggregateOf(aggregate: Measure["aggregate"], column: string): string {
  switch (aggregate) {
    case "count_distinct":
      return `count(DISTINCT ${column})`;
    case "mean":
      return `avg(${column})`;
    case "p90":
    case "p95":
    case "p99":
      return `quantile_cont(${column}, 0.${aggregate.slice(1)})`;
    case "stddev":
      return `stddev_samp(${column})`;
    case "count":
    case "sum":
    case "min":
    case "max":
    case "median":
      return `${aggregate}(${column})`;
  }
}

type Place = (value: Scalar, type?: string) => string;

function condition({ column, op, value }: Filter, type: string, parameters: Scalar[]): string {
  const name = identifier(column);
  const place: Place = (one, as = comparedAs(type, one)) => `CAST($${parameters.push(one)} AS ${as})`;
  const wants = (wanted: string): Error => refuse(`the filter on "${column}" with ${op} takes ${wanted}`);
  switch (op) {
    case "is_null":
    case "is_not_null":
      if (value !== undefined) throw wants("no value");
      return `${name} IS ${op === "is_null" ? "" : "NOT "}NULL`;
    case "between":
      if (!isList(value) || value.length !== 2) throw wants("two values");
      return `${name} BETWEEN ${value.map((one) => place(one)).join(" AND ")}`;
    case "in":
    case "not_in":
      if (!isList(value) || value.length === 0) throw wants("a list of values");
      return `${name} ${op === "in" ? "IN" : "NOT IN"} (${value.map((one) => place(one)).join(", ")})`;
    default:
      if (isList(value) || value === undefined || value === null) throw wants("one value; for none there is is_null");
      return comparison({ name, op, value }, place);
  }
}

/** A value that the type of the column does not hold would be rounded to another one: 1.5 to 2, and noon to midnight. */
function comparedAs(type: string, value: Scalar): string {
  const text = String(value);
  if (type === "DATE") return /\d[T ]\d/.test(text) ? "TIMESTAMP" : type;
  const scale = /INT(EGER)?$/.test(type) ? 0 : /^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1];
  const written = /^[+-]?\d*(?:\.(\d*))?$/.exec(text);
  const fits = scale === undefined || (written !== null && (written[1] ?? "").length <= Number(scale));
  return fits ? type : "DOUBLE";
}

interface Comparison {
  readonly name: string;
  readonly op: string;
  readonly value: Scalar;
}

function comparison({ name, op, value }: Comparison, place: Place): string {
  const ofText = op === "contains" || op === "starts_with";
  return ofText ? `${op}(CAST(${name} AS VARCHAR), ${place(String(value), "VARCHAR")})` : `${name} ${op} ${place(value)}`;
}

function isList(value: Filter["value"]): value is readonly Scalar[] {
  return Array.isArray(value);
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
