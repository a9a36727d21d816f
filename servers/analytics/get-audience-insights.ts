import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import type { EventStore, Visitor } from "./event-store.ts";
import { figuresOf, share } from "./figures.ts";
import { asOf, PERIOD_WORDS, periodOf, periodWord, spanOf } from "./periods.ts";
import { SEGMENTS, segmentOf } from "./segments.ts";
import { isoOf, word } from "./words.ts";

const GROUPS_MAX = 50;

const group = z.object({
  name: z.string().describe('"unknown" where nothing was said'),
  users: z.int(),
  share: z.number().describe("Of all visitors of the segment, from 0 to 1"),
});

const groups = z.array(group).describe(`The largest first, at most ${GROUPS_MAX}`);

/** Who the visitors are. */
export function getAudienceInsights(events: EventStore): ToolPlan {
  return defineTool({
    name: "get_audience_insights",
    title: "Audience insights",
    description: "Tells who the visitors of a time are: where they are from, with what they come and why, and how engaged they are.",
    effect: "reads",
    input: z.strictObject({
      segment: word(250).default("all").describe(`Whom to look at: ${SEGMENTS}`),
      timespan: periodWord.default("30d").describe(`One of ${PERIOD_WORDS.join(", ")}`),
      as_of: asOf.optional(),
    }),
    output: z.object({
      segment: z.string(),
      from: z.string(),
      to: z.string(),
      total_users: z.int(),
      new_users: z.int().describe("Those whose first event ever is in this time"),
      sessions: z.int(),
      age_groups: groups,
      locations: groups,
      interests: groups,
      devices: groups,
      acquisition_channels: groups.describe("How visitors came the first time"),
      engagement_level: z.number().min(0).max(1).describe("get_available_metrics has the formula"),
      engagement_rate: z.number(),
      returning_rate: z.number(),
      average_session_duration: z.number().describe("Seconds"),
      pages_per_session: z.number(),
    }),
    run: ({ segment, timespan, as_of }, { tenant, now }) => {
      const fits = segmentOf(segment);
      const span = spanOf(periodOf(timespan), as_of, { store: events, tenant, now });
      const read = events.read(tenant, span);
      const chosen = fits(events.visitors(tenant, span), { events: read, span });
      const ids = new Set(chosen.map(({ userId }) => userId));
      const figures = figuresOf(read.filter(({ userId }) => ids.has(userId)));
      const by = (valuesOf: (visitor: Visitor) => readonly string[]): z.output<typeof groups> => grouped(chosen, valuesOf);
      return {
        segment,
        from: isoOf(span.fromMs),
        to: isoOf(span.toMs),
        total_users: chosen.length,
        new_users: chosen.filter(({ firstMs }) => firstMs > span.fromMs).length,
        sessions: figures.sessions,
        age_groups: by(({ ageGroup = "unknown" }) => [ageGroup]),
        locations: by(({ country = "unknown" }) => [country]),
        interests: by(({ interests }) => [...new Set(interests)]),
        devices: by(({ device = "unknown" }) => [device]),
        acquisition_channels: by(({ channel = "unknown" }) => [channel]),
        engagement_level: figures.engagement_level,
        engagement_rate: figures.engagement_rate,
        returning_rate: figures.returning_rate,
        average_session_duration: figures.average_session_duration,
        pages_per_session: figures.pages_per_session,
      };
    },
  });
}

function grouped(visitors: readonly Visitor[], valuesOf: (visitor: Visitor) => readonly string[]): z.output<typeof groups> {
  const counts = new Map<string, number>();
  for (const visitor of visitors) for (const value of valuesOf(visitor)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
    .slice(0, GROUPS_MAX)
    .map(([name, users]) => ({ name, users, share: share(users, visitors.length) }));
}
