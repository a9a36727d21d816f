import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { METRICS } from "./figures.ts";
import { PERIODS } from "./periods.ts";

/** What is measured, and how it is computed. */
export function getAvailableMetrics(): ToolPlan {
  return defineTool({
    name: "get_available_metrics",
    title: "Available metrics",
    description: "Lists every metric with its unit and its formula. Their names are what generate_analytics_report takes.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      metrics: z.array(z.object({ name: z.string(), title: z.string(), unit: z.string(), formula: z.string() })),
    }),
    run: () => ({ metrics: [...METRICS] }),
  });
}

/** The lengths of time that tools take. */
export function getTimePeriods(): ToolPlan {
  return defineTool({
    name: "get_time_periods",
    title: "Time periods",
    description: "Lists the words for lengths of time. Each is a span up to the newest event, or up to as_of.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      periods: z.array(z.object({ id: z.string(), aliases: z.array(z.string()), seconds: z.int(), description: z.string() })),
    }),
    run: () => ({
      periods: PERIODS.map(({ id, aliases, lengthMs, description }) => ({
        id,
        aliases: [...aliases],
        seconds: lengthMs / 1_000,
        description,
      })),
    }),
  });
}
