import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { ContentStore } from "./content-store.ts";
import type { EventStore } from "./event-store.ts";
import { figuresOf } from "./figures.ts";
import { DAY_MS } from "./periods.ts";
import { contentId, moment, word } from "./words.ts";

const CONTENTS_MAX = 100_000;

const input = z.strictObject({
  content_id: contentId.describe("An id of your own, the same that events about it will name"),
  content_type: word(100).describe("What it is, such as article or newsletter"),
  template_id: word(100).nullish().describe("The template that it was made with, if any"),
  word_count: z.int().min(0).max(10_000_000).describe("How many words it has"),
  estimated_read_time: z.number().min(0).max(100_000).describe("Minutes that reading takes"),
  source_count: z.int().min(0).max(100_000).describe("How many sources it is made of"),
  created_at: moment.describe("When it was made, such as 2026-03-01T12:00:00Z"),
});

/** Remembers a content, so that its figures can be compared with those of its kind. */
export function trackContentCreation(contents: ContentStore, events: EventStore): ToolPlan {
  return defineTool({
    name: "track_content_creation",
    title: "Track a new content",
    description:
      "Remembers that a content was made, and estimates how it will do: by its length, its sources and, if there are any, by how contents of the same type were received in the 90 days before. " +
      "The same content again replaces what was said of it.",
    effect: "repeatable",
    input,
    output: z.object({
      tracking_id: z.string().describe("The same whenever this content is tracked"),
      performance_score: z.number().min(0).max(100).describe("What to expect of it, from 0 to 100; README.md has the formula"),
      metrics_recorded: z.array(z.string()).describe("What is known of it now"),
      already_tracked: z.boolean().describe("Whether it replaces what was said of it before"),
    }),
    run: (content, { tenant, once }) => {
      const { template_id, ...facts } = content;
      const reception = receptionOf(tenant, content, { contents, events });
      const performance_score = performanceScore(content, reception);
      const known = { ...facts, performance_score, ...(typeof template_id === "string" ? { template_id } : {}) };
      return once(() => {
        const already = contents.has(tenant, content.content_id);
        if (!already && contents.count(tenant) >= CONTENTS_MAX)
          throw refuse(`${CONTENTS_MAX} contents are tracked for each tenant, no more`);
        const tracking_id = contents.put(tenant, known);
        const { content_id: _id, ...recorded } = known;
        return { tracking_id, performance_score, metrics_recorded: Object.keys(recorded), already_tracked: already };
      });
    },
  });
}

type Content = z.output<typeof input>;

/** How large the share of viewers was who liked, shared or commented contents of that type. Undefined when nobody viewed one. */
function receptionOf(
  tenant: string,
  { content_type, content_id, created_at }: Content,
  { contents, events }: { readonly contents: ContentStore; readonly events: EventStore },
): number | undefined {
  const others = new Set(contents.ofType(tenant, content_type));
  others.delete(content_id);
  if (others.size === 0) return undefined;
  const toMs = Date.parse(created_at);
  const seen = events.read(tenant, { fromMs: toMs - 90 * DAY_MS, toMs }).filter(({ contentId: id }) => id !== undefined && others.has(id));
  const { unique_views, engagement_rate } = figuresOf(seen);
  return unique_views === 0 ? undefined : engagement_rate;
}

/** Length 40, sources 30, a read time that fits the length 30; half of the sum is the reception of its type where there is one. */
function performanceScore(content: Pick<Content, "word_count" | "source_count" | "estimated_read_time">, reception?: number): number {
  const { word_count: words, source_count, estimated_read_time } = content;
  const length = words < 600 ? words / 600 : words <= 2_000 ? 1 : Math.max(0.4, 2_000 / words);
  const sources = Math.min(1, source_count / 3);
  const expected = words / 200;
  const longer = Math.max(expected, estimated_read_time);
  const time = longer === 0 ? 0 : Math.min(expected, estimated_read_time) / longer;
  const quality = 40 * length + 30 * sources + 30 * time;
  const score = reception === undefined ? quality : 0.5 * quality + 50 * reception;
  return Math.round(score * 10) / 10;
}
