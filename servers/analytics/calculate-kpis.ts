import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { AGGREGATES, type Dataset, evaluateKpi, type KpiRequest } from "./evaluate-kpi.ts";
import { type Statistics, statisticsOf } from "./statistics.ts";
import { word } from "./words.ts";

const ROWS_MAX = 5_000;
const FIELDS_MAX = 50;

const cell = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
const field = z.string().min(1).max(200);

const kpi = z.strictObject({
  name: word(100).describe("How the figure is called in the answer"),
  aggregate: z
    .enum(AGGREGATES)
    .describe(
      "sum, mean, min, max, median, p95, stddev: of the numbers of the field; count: rows (with the field, if one is given); distinct: different values; " +
        "growth: (last - first) / first of the sums by order_by; ratio: the kpi named first in `of` / the second",
    ),
  field: field.optional().describe("The column; needed by all but count and ratio"),
  where: z
    .strictObject({ field: field.describe("A column"), equals: cell.describe("The value that it must have") })
    .optional()
    .describe("Takes only rows in which a column has a value"),
  group_by: field.optional().describe("Gives the figure for each value of this column too"),
  order_by: field.optional().describe("For growth: the column that says what comes first, such as the month"),
  of: z
    .tuple([word(100), word(100)])
    .optional()
    .describe("For ratio: names of two other kpis of this call"),
});

const statistics = z.object({
  count: z.int().describe("How many numbers there are"),
  mean: z.number(),
  median: z.number(),
  stddev: z.number().describe("Of a sample"),
  min: z.number(),
  max: z.number(),
  p95: z.number().describe("Interpolated"),
  trend_slope: z.number().describe("Change from row to row: least squares, in the order of the rows"),
});

/** Figures and statistics of rows that come from elsewhere. */
export function calculateKpis(): ToolPlan {
  return defineTool({
    name: "calculate_kpis",
    title: "Calculate KPIs",
    description:
      "Computes figures of rows, such as a database gave: sums, means, medians, growth, ratios, whole and by group, and statistics of every numeric column. Nothing is stored.",
    effect: "reads",
    input: z.strictObject({
      dataset: z.array(z.record(field, cell).describe("One row: column and value")).max(ROWS_MAX).describe(`Up to ${ROWS_MAX} rows`),
      kpis: z.array(kpi).min(1).max(100).describe("The figures that are wanted"),
    }),
    output: z.object({
      kpis: z.array(
        z.object({
          name: z.string(),
          value: z.number().nullable().describe("null when there is nothing that it could be computed of"),
          groups: z.array(z.object({ key: cell, value: z.number().nullable() })).optional(),
          groups_omitted: z.int().optional().describe("Groups beyond the first 200"),
        }),
      ),
      values: z.record(z.string(), z.number().nullable()).describe("The values alone, by name"),
      statistics: z.record(z.string(), statistics).describe("Of every column that has numbers"),
      rows: z.int(),
    }),
    run: ({ dataset, kpis }) => {
      const columns = new Set(dataset.flatMap((row) => Object.keys(row)));
      checkNames(kpis);
      for (const request of kpis) checkFields(request, columns, dataset.length);
      const known = new Map<string, number | undefined>();
      // Ratios are of others, which come first.
      const inTurn = [...kpis.filter(({ aggregate }) => aggregate !== "ratio"), ...kpis.filter(({ aggregate }) => aggregate === "ratio")];
      const evaluated = new Map(
        inTurn.map((request) => {
          const figure = evaluateKpi(request, dataset, known);
          known.set(request.name, figure.value ?? undefined);
          return [request.name, figure];
        }),
      );
      return {
        kpis: kpis.flatMap(({ name }) => evaluated.get(name) ?? []),
        values: Object.fromEntries(kpis.map(({ name }) => [name, known.get(name) ?? null])),
        statistics: columnStatistics(dataset, columns),
        rows: dataset.length,
      };
    },
  });
}

function checkNames(kpis: readonly KpiRequest[]): void {
  const names = new Set<string>();
  for (const { name } of kpis) {
    if (names.has(name)) throw refuse(`two kpis have the name "${name}"`);
    names.add(name);
  }
  const plain = new Set(kpis.flatMap(({ name, aggregate }) => (aggregate === "ratio" ? [] : [name])));
  for (const { name, aggregate, of = [] } of kpis) {
    const unknown = of.find((other) => !plain.has(other));
    if (aggregate === "ratio" && of.length === 0) throw refuse(`the kpi "${name}" is a ratio and needs "of": the names of two other kpis`);
    if (unknown !== undefined)
      throw refuse(`the kpi "${name}" is of "${unknown}", which is no other kpi of this call (nor may it be a ratio)`);
  }
}

function checkFields(
  { name, aggregate, field: wanted, where, group_by, order_by }: KpiRequest,
  columns: ReadonlySet<string>,
  rows: number,
): void {
  if (wanted === undefined && aggregate !== "count" && aggregate !== "ratio")
    throw refuse(`the kpi "${name}" (${aggregate}) needs a field`);
  if (aggregate === "growth" && order_by === undefined) throw refuse(`the kpi "${name}" (growth) needs order_by`);
  if (rows === 0) return;
  const unknown = [wanted, where?.field, group_by, order_by].find((column) => column !== undefined && !columns.has(column));
  if (unknown === undefined) return;
  throw refuse(`the kpi "${name}" names the column "${unknown}", which no row has; there are ${[...columns].slice(0, 30).join(", ")}`);
}

function columnStatistics(dataset: Dataset, columns: ReadonlySet<string>): Record<string, Statistics> {
  const numeric = [...columns].flatMap((column): [string, Statistics][] => {
    const values = dataset.flatMap((row) => {
      const value = Object.hasOwn(row, column) ? row[column] : undefined;
      return typeof value === "number" ? [value] : [];
    });
    return values.length === 0 ? [] : [[column, finite(statisticsOf(values), column)]];
  });
  return Object.fromEntries(numeric.slice(0, FIELDS_MAX));
}

function finite(statistics_: Statistics, column: string): Statistics {
  if (Object.values(statistics_).every(Number.isFinite)) return statistics_;
  throw refuse(`the numbers of the column "${column}" are too large to compute with`);
}
