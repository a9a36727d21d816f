import { isInteraction, type StoredEvent } from "./event-store.ts";
import { DAY_MS } from "./periods.ts";
import { isBounce, type Session, sessionsOf } from "./sessions.ts";

/** What is counted of a number of events; each is defined in METRICS. */
export interface Figures {
  readonly active_users: number;
  readonly sessions: number;
  readonly views: number;
  readonly unique_views: number;
  readonly likes: number;
  readonly shares: number;
  readonly comments: number;
  readonly conversions: number;
  readonly conversion_value: number;
  readonly conversion_rate: number;
  readonly engagement_rate: number;
  readonly average_session_duration: number;
  readonly pages_per_session: number;
  readonly bounce_rate: number;
  readonly returning_rate: number;
  readonly engagement_level: number;
}

export type MetricName = keyof Figures;

interface Metric {
  readonly name: MetricName;
  readonly title: string;
  readonly unit: "count" | "share" | "seconds" | "value" | "ratio";
  /** How it is computed. */
  readonly formula: string;
}

/** Every figure, and how it is computed. Without events all of them are 0. */
export const METRICS: readonly Metric[] = [
  { name: "active_users", title: "Active users", unit: "count", formula: "visitors with at least one event" },
  {
    name: "sessions",
    title: "Sessions",
    unit: "count",
    formula: "visits; a new one after session_start, session_end or 30 minutes without an event",
  },
  { name: "views", title: "Views", unit: "count", formula: "events of the type view" },
  { name: "unique_views", title: "Unique views", unit: "count", formula: "visitors with at least one view" },
  { name: "likes", title: "Likes", unit: "count", formula: "events of the type like" },
  { name: "shares", title: "Shares", unit: "count", formula: "events of the type share" },
  { name: "comments", title: "Comments", unit: "count", formula: "events of the type comment" },
  { name: "conversions", title: "Conversions", unit: "count", formula: "events of the type conversion" },
  { name: "conversion_value", title: "Conversion value", unit: "value", formula: "sum of the values of conversions" },
  { name: "conversion_rate", title: "Conversion rate", unit: "share", formula: "sessions with a conversion / sessions" },
  { name: "engagement_rate", title: "Engagement rate", unit: "share", formula: "viewers with a like, share or comment / viewers" },
  {
    name: "average_session_duration",
    title: "Average session duration",
    unit: "seconds",
    formula: "mean of last event - first event of a session",
  },
  { name: "pages_per_session", title: "Pages per session", unit: "ratio", formula: "views / sessions" },
  { name: "bounce_rate", title: "Bounce rate", unit: "share", formula: "sessions of one view and nothing else / sessions with a view" },
  {
    name: "returning_rate",
    title: "Returning visitors",
    unit: "share",
    formula: "visitors who are active on two days (UTC) or more / visitors",
  },
  {
    name: "engagement_level",
    title: "Engagement level",
    unit: "share",
    formula:
      "0.4 x visitors who like, share, comment or convert / visitors + 0.3 x min(1, (pages_per_session - 1) / 4) + 0.3 x returning_rate",
  },
];

/** @param events - by visitor, each in the order of time */
export function figuresOf(events: readonly StoredEvent[], sessions: readonly Session[] = sessionsOf(events)): Figures {
  const count = (type: StoredEvent["type"]): number => events.filter((event) => event.type === type).length;
  const users = usersWith(events, () => true);
  const viewers = usersWith(events, ({ type }) => type === "view");
  const acting = usersWith(events, isInteraction);
  const converting = sessions.filter(({ conversions }) => conversions > 0).length;
  const viewing = sessions.filter(({ views }) => views.length > 0);
  const views = count("view");
  const returning = share(returningUsers(events), users.size);
  const pages = share(views, sessions.length);
  const involved = usersWith(events, (event) => isInteraction(event) || event.type === "conversion");
  return {
    active_users: users.size,
    sessions: sessions.length,
    views,
    unique_views: viewers.size,
    likes: count("like"),
    shares: count("share"),
    comments: count("comment"),
    conversions: count("conversion"),
    conversion_value: rounded(events.reduce((sum, { type, value }) => (type === "conversion" ? sum + value : sum), 0)),
    conversion_rate: share(converting, sessions.length),
    engagement_rate: share([...viewers].filter((user) => acting.has(user)).length, viewers.size),
    average_session_duration: share(
      sessions.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs) / 1_000, 0),
      sessions.length,
    ),
    pages_per_session: pages,
    bounce_rate: share(viewing.filter(isBounce).length, viewing.length),
    returning_rate: returning,
    engagement_level: rounded(0.4 * share(involved.size, users.size) + 0.3 * Math.min(1, Math.max(0, (pages - 1) / 4)) + 0.3 * returning),
  };
}

/** Of nothing it is 0. To four digits after the point. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole);
}

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function usersWith(events: readonly StoredEvent[], fits: (event: StoredEvent) => boolean): ReadonlySet<string> {
  const users = new Set<string>();
  for (const event of events) if (fits(event)) users.add(event.userId);
  return users;
}

function returningUsers(events: readonly StoredEvent[]): number {
  const days = new Map<string, number>();
  const returning = new Set<string>();
  for (const { userId, atMs } of events) {
    const day = Math.floor(atMs / DAY_MS);
    const known = days.get(userId);
    if (known === undefined) days.set(userId, day);
    else if (known !== day) returning.add(userId);
  }
  return returning.size;
}
