import { refuse } from "../kit/reference-server.ts";
import { meanOf, quantileOf, stddevOf, sumOf } from "./statistics.ts";

export const AGGREGATES = ["sum", "mean", "count", "min", "max", "median", "p95", "stddev", "growth", "distinct", "ratio"] as const;

type Cell = string | number | boolean | null;

type Row = Readonly<Record<string, Cell>>;

export type Dataset = readonly Row[];

/** A figure that is wanted. */
export interface KpiRequest {
  readonly name: string;
  readonly aggregate: (typeof AGGREGATES)[number];
  readonly field?: string | undefined;
  readonly where?: { readonly field: string; readonly equals: Cell } | undefined;
  readonly group_by?: string | undefined;
  readonly order_by?: string | undefined;
  readonly of?: readonly [string, string] | undefined;
}

/** What has come of it. `null` where there was nothing to compute it of. */
interface KpiFigure {
  readonly name: string;
  readonly value: number | null;
  readonly groups?: { readonly key: Cell; readonly value: number | null }[];
  readonly groups_omitted?: number;
}

const GROUPS_MAX = 200;

/** @param known - the values of the other figures, for ratios */
export function evaluateKpi(request: KpiRequest, dataset: Dataset, known: ReadonlyMap<string, number | undefined>): KpiFigure {
  const { name, where, group_by } = request;
  if (request.aggregate === "ratio") return { name, value: ratioOf(request, known) };
  const rows = where === undefined ? dataset : dataset.filter((row) => cellOf(row, where.field) === where.equals);
  const value = valueOf(request, rows);
  if (group_by === undefined) return { name, value };
  const groups = [...Map.groupBy(rows, (row) => cellOf(row, group_by))]
    .sort(([one], [other]) => compareCells(one, other))
    .map(([key, members]) => ({ key, value: valueOf(request, members) }));
  const omitted = groups.length - GROUPS_MAX;
  return { name, value, groups: groups.slice(0, GROUPS_MAX), ...(omitted > 0 ? { groups_omitted: omitted } : {}) };
}

/** Names of columns come from elsewhere, so only what a row has of its own counts. */
function cellOf(row: Row, column: string): Cell {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

/** Numbers before texts, and nothing at the end. */
function compareCells(one: Cell, other: Cell): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const rank = (cell: Cell): number => (typeof cell === "number" ? 0 : cell === null ? 2 : 1);
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  return String(one) < String(other) ? -1 : 1;
}

function valueOf(request: KpiRequest, rows: Dataset): number | null {
  const value = aggregated(request, rows);
  if (value === undefined) return null;
  if (Number.isFinite(value)) return tidy(value);
  throw refuse(`the kpi "${request.name}" is too large to be a number`);
}

function aggregated({ aggregate, field = "", order_by = "" }: KpiRequest, rows: Dataset): number | undefined {
  if (aggregate === "count") return field === "" ? rows.length : rows.filter((row) => cellOf(row, field) !== null).length;
  if (aggregate === "distinct") return new Set(rows.map((row) => cellOf(row, field)).filter((cell) => cell !== null)).size;
  if (aggregate === "growth") return growthOf(rows, field, order_by);
  const values = numbersOf(rows, field);
  // The sum of nothing is 0; there is no largest of nothing.
  if (aggregate === "sum") return sumOf(values);
  if (values.length === 0) return undefined;
  switch (aggregate) {
    case "mean":
      return meanOf(values);
    case "stddev":
      return stddevOf(values);
    case "min":
      return quantileOf(ascending(values), 0);
    case "max":
      return quantileOf(ascending(values), 1);
    case "median":
      return quantileOf(ascending(values), 0.5);
    case "p95":
      return quantileOf(ascending(values), 0.95);
    default:
      return undefined;
  }
}

function numbersOf(rows: Dataset, field: string): readonly number[] {
  return rows.flatMap((row) => {
    const cell = cellOf(row, field);
    return typeof cell === "number" ? [cell] : [];
  });
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((one, other) => one - other);
}

/** Rows with the same place in the order are summed. */
function growthOf(rows: Dataset, field: string, orderBy: string): number | undefined {
  const steps = [...Map.groupBy(rows, (row) => cellOf(row, orderBy))]
    .filter(([place]) => place !== null)
    .sort(([one], [other]) => compareCells(one, other))
    .map(([, members]) => sumOf(numbersOf(members, field)));
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || steps.length < 2 || first === 0) return undefined;
  return (last - first) / Math.abs(first);
}

function ratioOf({ name, of }: KpiRequest, known: ReadonlyMap<string, number | undefined>): number | null {
  const [top, bottom] = [known.get(of?.[0] ?? ""), known.get(of?.[1] ?? "")];
  if (top === undefined || bottom === undefined || bottom === 0) return null;
  const value = top / bottom;
  if (Number.isFinite(value)) return tidy(value);
  throw refuse(`the kpi "${name}" is too large to be a number`);
}

/** Without the digits that only binary fractions have. Any 15 digits are exact, and so is what is whole. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}
