import { z } from "zod";
import { dailyFigures } from "./daily.ts";
import type { EventStore, Span, StoredEvent } from "./event-store.ts";
import { type Figures, figuresOf, type MetricName, METRICS } from "./figures.ts";
import { before } from "./periods.ts";
import { changeOf } from "./statistics.ts";
import { isoOf } from "./words.ts";

const metric = z.object({
  name: z.string(),
  title: z.string(),
  unit: z.string(),
  value: z.number(),
  previous: z.number().describe("In the time before"),
  change: z.number().nullable().describe("As a share of previous; null when that is 0"),
});

const content = z.object({
  content_id: z.string(),
  views: z.int(),
  unique_views: z.int(),
  engagement_rate: z.number(),
  conversions: z.int(),
});

/** A report as data. */
export const analyticsReportShape = z.object({
  title: z.string(),
  report_type: z.string(),
  period: z.string(),
  from: z.string(),
  to: z.string(),
  events: z.int().describe("How many events it is computed of"),
  metrics: z.array(metric),
  highlights: z.array(z.string()).optional().describe("What has changed most, in sentences"),
  top_contents: z.array(content).optional().describe("The most viewed"),
  daily: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .optional()
    .describe("Date and metrics of every day"),
});

export type AnalyticsReport = z.infer<typeof analyticsReportShape>;

type ReportMetric = z.infer<typeof metric>;

interface Wanted {
  readonly type: "summary" | "detailed" | "executive";
  readonly period: string;
  readonly span: Span;
  readonly names: readonly MetricName[];
}

/** Computes a report. */
export function analyticsReport({ type, period, span, names }: Wanted, events: EventStore, tenant: string): AnalyticsReport {
  const read = events.read(tenant, span);
  const [now, earlier] = [figuresOf(read), figuresOf(events.read(tenant, before(span)))];
  const metrics = names.map((name) => reportMetric(name, now, earlier));
  return {
    title: { summary: "Analytics summary", detailed: "Analytics report", executive: "Executive summary" }[type],
    report_type: type,
    period,
    from: isoOf(span.fromMs),
    to: isoOf(span.toMs),
    events: read.length,
    metrics,
    ...(type === "executive" ? { highlights: highlightsOf(metrics, read.length) } : {}),
    ...(type === "summary" ? {} : { top_contents: topContents(read, type === "executive" ? 3 : 20) }),
    ...(type === "detailed" ? { daily: dailyRows(read, span, names) } : {}),
  };
}

function reportMetric(name: MetricName, now: Figures, earlier: Figures): ReportMetric {
  const { title = name, unit = "count" } = METRICS.find((known) => known.name === name) ?? {};
  return { name, title, unit, value: now[name], previous: earlier[name], change: changeOf(earlier[name], now[name]) ?? null };
}

/** A figure as people read it. */
export function figureText({ unit }: Pick<ReportMetric, "unit">, value: number): string {
  if (unit === "share") return `${(value * 100).toFixed(1)} %`;
  if (unit === "seconds") return `${value.toFixed(0)} s`;
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** A change as people read it. */
export function changeText(change: number | null): string {
  if (change === null) return "–";
  return `${change > 0 ? "+" : ""}${(change * 100).toFixed(1)} %`;
}

function highlightsOf(metrics: readonly ReportMetric[], events: number): string[] {
  if (events === 0) return ["There are no events in this time."];
  const moved = metrics
    .filter(({ change }) => change !== null && change !== 0)
    .toSorted((one, other) => Math.abs(other.change ?? 0) - Math.abs(one.change ?? 0))
    .slice(0, 5);
  if (moved.length === 0) return ["Nothing has changed against the time before."];
  return moved.map((one) => {
    const verb = (one.change ?? 0) > 0 ? "rose" : "fell";
    return `${one.title} ${verb} from ${figureText(one, one.previous)} to ${figureText(one, one.value)} (${changeText(one.change)}).`;
  });
}

function topContents(events: readonly StoredEvent[], most: number): z.infer<typeof content>[] {
  const named = events.filter(({ contentId }) => contentId !== undefined);
  return [...Map.groupBy(named, ({ contentId = "" }) => contentId)]
    .map(([content_id, own]) => {
      const { views, unique_views, engagement_rate, conversions } = figuresOf(own);
      return { content_id, views, unique_views, engagement_rate, conversions };
    })
    .sort((one, other) => other.views - one.views || (one.content_id < other.content_id ? -1 : 1))
    .slice(0, most);
}

function dailyRows(events: readonly StoredEvent[], span: Span, names: readonly MetricName[]): Record<string, string | number>[] {
  return dailyFigures(events, span).map(({ date, figures }) => ({
    date,
    ...Object.fromEntries(names.map((name) => [name, figures[name]])),
  }));
}
