import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { analyticsReport, analyticsReportShape } from "./analytics-report.ts";
import type { EventStore } from "./event-store.ts";
import { type MetricName, METRICS } from "./figures.ts";
import { asOf, periodOf, periodWord, spanOf } from "./periods.ts";
import { reportCsv } from "./report-csv.ts";
import { reportMarkdown } from "./report-markdown.ts";

const NAMES = METRICS.map(({ name }) => name);

/** A report of what is stored, to read or to go on with. */
export function generateAnalyticsReport(events: EventStore): ToolPlan {
  return defineTool({
    name: "generate_analytics_report",
    title: "Generate an analytics report",
    description:
      "Writes a report of a time and compares it with the time before: summary (a table of metrics), executive (the same in sentences, with the best contents) or detailed (with every day and the best contents).",
    effect: "reads",
    input: z.strictObject({
      report_type: z.enum(["summary", "detailed", "executive"]).default("summary").describe("How much there shall be"),
      metrics: z
        .array(z.string().min(1).max(100).describe("A name from get_available_metrics"))
        .max(METRICS.length)
        .default([])
        .describe("Which metrics, in this order; all if none is given"),
      time_range: periodWord.default("30d").describe("Such as 7d, 30d, 90d or 1y; get_time_periods lists them"),
      format: z.enum(["markdown", "json", "csv"]).default("markdown").describe("What content shall be"),
      as_of: asOf.optional(),
    }),
    output: z.object({ report: analyticsReportShape, content: z.string().describe("The report as text"), format: z.string() }),
    run: ({ report_type, metrics, time_range, format, as_of }, { tenant, now }) => {
      const period = periodOf(time_range);
      const span = spanOf(period, as_of, { store: events, tenant, now });
      const names = metrics.length === 0 ? NAMES : [...new Set(metrics.map(metricName))];
      const report = analyticsReport({ type: report_type, period: period.id, span, names }, events, tenant);
      const text = { markdown: reportMarkdown, csv: reportCsv, json: (whole: object) => JSON.stringify(whole, undefined, 2) }[format];
      return { report, content: text(report), format };
    },
  });
}

function metricName(text: string): MetricName {
  const found = NAMES.find((name) => name === text);
  if (found === undefined) throw refuse(`"${text}" is no metric; there are ${NAMES.join(", ")}`);
  return found;
}
