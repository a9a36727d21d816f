import { refuse } from "../kit/reference-server.ts";
import { isInteraction, type Span, type StoredEvent, type Visitor } from "./event-store.ts";

/** What a segment may be, for people and models. */
export const SEGMENTS =
  "all, new, returning, engaged (liked, shared or commented), converted, or one of a group: country:DE, device:mobile, channel:search, age:25-34, interest:science, content:ID (has viewed it)";

interface Seen {
  readonly events: readonly StoredEvent[];
  readonly span: Span;
}

type Segment = (visitors: readonly Visitor[], seen: Seen) => readonly Visitor[];

const WHOLE: ReadonlyMap<string, Segment> = new Map<string, Segment>([
  ["all", (visitors) => visitors],
  ["new", (visitors, { span }) => visitors.filter(({ firstMs }) => firstMs > span.fromMs)],
  ["returning", (visitors, { span }) => visitors.filter(({ firstMs }) => firstMs <= span.fromMs)],
  ["engaged", (visitors, { events }) => withEvent(visitors, events, isInteraction)],
  ["converted", (visitors, { events }) => withEvent(visitors, events, ({ type }) => type === "conversion")],
]);

const GROUPS: ReadonlyMap<string, (value: string) => Segment> = new Map<string, (value: string) => Segment>([
  ["country", (value) => (visitors) => visitors.filter(({ country }) => country === value)],
  ["device", (value) => (visitors) => visitors.filter(({ device }) => device === value)],
  ["channel", (value) => (visitors) => visitors.filter(({ channel }) => channel === value)],
  ["age", (value) => (visitors) => visitors.filter(({ ageGroup }) => ageGroup === value)],
  ["interest", (value) => (visitors) => visitors.filter(({ interests }) => interests.includes(value))],
  [
    "content",
    (value) =>
      (visitors, { events }) =>
        withEvent(visitors, events, ({ type, contentId }) => type === "view" && contentId === value),
  ],
]);

/** @throws ToolError - the word means no segment */
export function segmentOf(text: string): Segment {
  const colon = text.indexOf(":");
  const found = colon === -1 ? WHOLE.get(text) : GROUPS.get(text.slice(0, colon))?.(text.slice(colon + 1));
  if (found === undefined) throw refuse(`"${text}" is no segment; there are ${SEGMENTS}`);
  return found;
}

function withEvent(
  visitors: readonly Visitor[],
  events: readonly StoredEvent[],
  fits: (event: StoredEvent) => boolean,
): readonly Visitor[] {
  const users = new Set(events.filter(fits).map(({ userId }) => userId));
  return visitors.filter(({ userId }) => users.has(userId));
}
