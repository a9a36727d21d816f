import { z } from "zod";
import { contentId, moment, word } from "./words.ts";

export const EVENT_TYPES = ["view", "like", "share", "comment", "conversion", "session_start", "session_end"] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What shows that somebody did more than look. */
export const INTERACTIONS: ReadonlySet<EventType> = new Set<EventType>(["like", "share", "comment"]);

/** One thing that a visitor did, as `record_events` takes it and as a line of EVENTS_FILE. */
export const eventSchema = z.strictObject({
  event_id: word(200)
    .optional()
    .describe("An id of your own: an event with an id that is there already is not counted again. Made up if not given"),
  type: z.enum(EVENT_TYPES).describe("What happened"),
  content_id: contentId.optional().describe("With which content; needed for view, like, share and comment"),
  user_id: word(200).describe("Who did it; any stable name, also a made-up one"),
  at: moment.describe("When it happened, such as 2026-03-01T12:00:00Z"),
  country: word(60).optional().describe("Where the visitor is, such as DE"),
  device: word(60).optional().describe("With what, such as mobile or desktop"),
  channel: word(60).optional().describe("How the visitor came, such as search, social, email or direct"),
  age_group: word(60).optional().describe("Such as 25-34"),
  interests: z.array(word(60).describe("One interest")).max(20).optional().describe("What the visitor is interested in"),
  value: z.number().min(-1e12).max(1e12).optional().describe("What a conversion is worth, in the currency of your choice"),
});

export type GivenEvent = z.output<typeof eventSchema>;

/** Why an event that fits the schema is none all the same. */
export function eventProblem({ type, content_id, at }: GivenEvent): string | undefined {
  const needsContent = type === "view" || INTERACTIONS.has(type);
  if (needsContent && content_id === undefined) return `an event of the type ${type} needs a content_id`;
  if (Date.parse(at) < EARLIEST_MS) return `${at} is before ${new Date(EARLIEST_MS).toISOString()}`;
  return undefined;
}

const EARLIEST_MS = Date.UTC(2000, 0, 1);
