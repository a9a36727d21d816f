import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import type { ContentStore } from "./content-store.ts";
import type { EventStore, StoredEvent } from "./event-store.ts";
import { figuresOf, rounded, share } from "./figures.ts";
import { asOf, before, PERIOD_WORDS, periodOf, periodWord, spanOf } from "./periods.ts";
import { isBounce, type Session, sessionsOf } from "./sessions.ts";
import { contentId, isoOf } from "./words.ts";

const counts = {
  views: z.int().describe("How often it was viewed"),
  unique_views: z.int().describe("How many visitors viewed it"),
  likes: z.int(),
  shares: z.int(),
  comments: z.int(),
  conversions: z.int().describe("Conversions that name it"),
};

const output = z.object({
  content_id: z.string(),
  period: z.string(),
  from: z.string(),
  to: z.string(),
  ...counts,
  conversion_rate: z.number().describe("Viewers who converted on it / viewers"),
  engagement_rate: z.number().describe("Viewers who liked, shared or commented on it / viewers"),
  average_session_duration: z.number().describe("Seconds; of the sessions in which it was viewed"),
  bounce_rate: z.number().describe("Of the sessions that began with it, those with one view and nothing else"),
  previous: z.object(counts).describe("The same in the period before"),
  performance_score: z.number().optional().describe("What track_content_creation gave, if it was tracked"),
  content_type: z.string().optional(),
});

/** How one content is doing. */
export function getContentMetrics(events: EventStore, contents: ContentStore): ToolPlan {
  return defineTool({
    name: "get_content_metrics",
    title: "Metrics of a content",
    description:
      "Counts what visitors did with one content in a period, from the events that are stored. A content without events has zeros.",
    effect: "reads",
    input: z.strictObject({
      content_id: contentId.describe("Which content, as events name it"),
      period: periodWord.default("day").describe(`One of ${PERIOD_WORDS.join(", ")}`),
      as_of: asOf.optional(),
    }),
    output,
    run: ({ content_id, period: word, as_of }, { tenant, now }) => {
      const period = periodOf(word);
      const span = spanOf(period, as_of, { store: events, tenant, now });
      const read = events.read(tenant, span);
      const earlier = events.read(tenant, before(span));
      const tracked = contents.find(tenant, content_id);
      return {
        content_id,
        period: period.id,
        from: isoOf(span.fromMs),
        to: isoOf(span.toMs),
        ...countsOf(read, content_id),
        ...ratesOf(read, content_id),
        previous: countsOf(earlier, content_id),
        ...(tracked === undefined ? {} : { performance_score: tracked.performance_score, content_type: tracked.content_type }),
      };
    },
  });
}

function about(events: readonly StoredEvent[], id: string): readonly StoredEvent[] {
  return events.filter(({ contentId }) => contentId === id);
}

function countsOf(events: readonly StoredEvent[], id: string): z.output<z.ZodObject<typeof counts>> {
  const { views, unique_views, likes, shares, comments, conversions } = figuresOf(about(events, id));
  return { views, unique_views, likes, shares, comments, conversions };
}

interface Rates {
  readonly conversion_rate: number;
  readonly engagement_rate: number;
  readonly average_session_duration: number;
  readonly bounce_rate: number;
}

function ratesOf(events: readonly StoredEvent[], id: string): Rates {
  const own = about(events, id);
  const viewers = new Set(own.flatMap(({ type, userId }) => (type === "view" ? [userId] : [])));
  const converted = new Set(own.flatMap(({ type, userId }) => (type === "conversion" && viewers.has(userId) ? [userId] : [])));
  const sessions = sessionsOf(events).filter(({ views }) => views.includes(id));
  const entered = sessions.filter(({ views }) => views[0] === id);
  return {
    conversion_rate: share(converted.size, viewers.size),
    engagement_rate: figuresOf(own).engagement_rate,
    average_session_duration: rounded(meanSeconds(sessions)),
    bounce_rate: share(entered.filter(isBounce).length, entered.length),
  };
}

function meanSeconds(sessions: readonly Session[]): number {
  return share(
    sessions.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs) / 1_000, 0),
    sessions.length,
  );
}
