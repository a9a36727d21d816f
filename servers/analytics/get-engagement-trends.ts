import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { dailyFigures } from "./daily.ts";
import type { EventStore } from "./event-store.ts";
import { figuresOf, type MetricName, rounded } from "./figures.ts";
import { asOf, before, periodOf, periodWord, spanOf } from "./periods.ts";
import { changeOf, meanOf, slopeOf } from "./statistics.ts";
import { isoOf } from "./words.ts";

const values = z.array(z.number()).describe("One value for each date");

const trend = z.object({
  metric: z.string(),
  mean: z.number().describe("Of the days"),
  slope: z.number().describe("How much it changes from day to day: least squares"),
  value: z.number().describe("For the whole time"),
  previous: z.number().describe("For the same time before"),
  change: z.number().nullable().describe("(value - previous) / previous; null when there was nothing before"),
});

/** The series, by the metric that each is of. */
const SERIES = {
  daily_active_users: "active_users",
  session_duration_avg: "average_session_duration",
  pages_per_session: "pages_per_session",
  conversion_rate: "conversion_rate",
  engagement_rate: "engagement_rate",
  views: "views",
} as const satisfies Record<string, MetricName>;

/** How engagement moves, day by day. */
export function getEngagementTrends(events: EventStore): ToolPlan {
  return defineTool({
    name: "get_engagement_trends",
    title: "Engagement trends",
    description:
      "Gives series of daily figures (days of UTC) with their trends, and compares with the time before. Made for line charts: dates are the labels.",
    effect: "reads",
    input: z.strictObject({
      timespan: periodWord.default("30d").describe("7d, 30d, 90d or 1y; last_week, last_month, last_quarter and last_year mean the same"),
      as_of: asOf.optional(),
    }),
    output: z.object({
      timespan: z.string(),
      from: z.string(),
      to: z.string(),
      dates: z.array(z.string()).describe("Days such as 2026-03-01, the oldest first"),
      series: z.object({
        daily_active_users: values,
        session_duration_avg: values.describe("Seconds"),
        pages_per_session: values,
        conversion_rate: values,
        engagement_rate: values,
        views: values,
      }),
      trends: z.array(trend),
      engagement_level: z.number().min(0).max(1),
    }),
    run: ({ timespan, as_of }, { tenant, now }) => {
      const period = periodOf(timespan);
      const span = spanOf(period, as_of, { store: events, tenant, now });
      const read = events.read(tenant, span);
      const [whole, previous] = [figuresOf(read), figuresOf(events.read(tenant, before(span)))];
      const days = dailyFigures(read, span);
      const daily = (metric: MetricName): number[] => days.map(({ figures }) => figures[metric]);
      return {
        timespan: period.id,
        from: isoOf(span.fromMs),
        to: isoOf(span.toMs),
        dates: days.map(({ date }) => date),
        series: {
          daily_active_users: daily(SERIES.daily_active_users),
          session_duration_avg: daily(SERIES.session_duration_avg),
          pages_per_session: daily(SERIES.pages_per_session),
          conversion_rate: daily(SERIES.conversion_rate),
          engagement_rate: daily(SERIES.engagement_rate),
          views: daily(SERIES.views),
        },
        trends: Object.entries(SERIES).map(([name, metric]) => ({
          metric: name,
          mean: rounded(meanOf(daily(metric))),
          slope: rounded(slopeOf(daily(metric))),
          value: whole[metric],
          previous: previous[metric],
          change: changeOf(previous[metric], whole[metric]) ?? null,
        })),
        engagement_level: whole.engagement_level,
      };
    },
  });
}
