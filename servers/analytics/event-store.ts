import { createHash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import { ToolError } from "tutti/server";
import type { State } from "../kit/state/state.ts";
import { INTERACTIONS, type EventType, type GivenEvent } from "./event-schema.ts";

/** Its tables, in the order of their making. */
export const ANALYTICS_SCHEMA: readonly string[] = [
  `CREATE TABLE events (
    tenant TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, content_id TEXT, user_id TEXT NOT NULL, at INTEGER NOT NULL,
    country TEXT, device TEXT, channel TEXT, age_group TEXT, interests TEXT, value REAL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX events_at ON events (tenant, at);
  CREATE INDEX events_user ON events (tenant, user_id, at);
  CREATE INDEX events_content ON events (tenant, content_id, at);
  CREATE TABLE contents (
    tenant TEXT NOT NULL, content_id TEXT NOT NULL, tracking_id TEXT NOT NULL, content_type TEXT NOT NULL, template_id TEXT,
    word_count INTEGER NOT NULL, estimated_read_time REAL NOT NULL, source_count INTEGER NOT NULL, created_at TEXT NOT NULL,
    performance_score REAL NOT NULL,
    PRIMARY KEY (tenant, content_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE loaded_files (tenant TEXT NOT NULL, sha256 TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (tenant, sha256)) STRICT, WITHOUT ROWID;`,
];

/** What is needed of an event to count it. */
export interface StoredEvent {
  readonly type: EventType;
  readonly contentId?: string;
  readonly userId: string;
  readonly atMs: number;
  readonly value: number;
}

/** Where a visitor stands in the groups of an audience: what was last said of him, and how he came first. */
export interface Visitor {
  readonly userId: string;
  readonly country?: string;
  readonly device?: string;
  readonly channel?: string;
  readonly ageGroup?: string;
  readonly interests: readonly string[];
  readonly firstMs: number;
}

/** After `fromMs`, up to and with `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface EventStore {
  /** How many of them are new. To be called in a transaction. @throws ToolError - there would be more than may be kept */
  add(tenant: string, events: readonly (GivenEvent & { readonly event_id: string })[]): number;
  /** By visitor, each in the order of time. */
  read(tenant: string, span: Span): readonly StoredEvent[];
  /** Of everybody who did something in the span, from all that is known up to its end. */
  visitors(tenant: string, span: Span): readonly Visitor[];
  /** Undefined when there is none. */
  newestMs(tenant: string): number | undefined;
  /** Of all tenants. */
  count(): number;
}

export function eventStore({ database }: State, eventsMax: number): EventStore {
  const insert = database.prepare(
    `INSERT INTO events (tenant, id, type, content_id, user_id, at, country, device, channel, age_group, interests, value)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const countOf = database.prepare("SELECT count(*) AS n FROM events WHERE tenant = ?");
  const countAll = database.prepare("SELECT count(*) AS n FROM events");
  const newest = database.prepare("SELECT max(at) AS at FROM events WHERE tenant = ?");
  // A session begins before all, and ends after all else that has the same time.
  const read = database.prepare(
    `SELECT type, content_id, user_id, at, value FROM events WHERE tenant = ? AND at > ? AND at <= ?
     ORDER BY user_id, at, CASE type WHEN 'session_start' THEN 0 WHEN 'session_end' THEN 2 ELSE 1 END, id`,
  );
  const facts = database.prepare(
    `SELECT user_id, at, country, device, channel, age_group, interests FROM events
     WHERE tenant = ?1 AND at <= ?3 AND user_id IN (SELECT user_id FROM events WHERE tenant = ?1 AND at > ?2 AND at <= ?3)
     ORDER BY user_id, at, id`,
  );
  return {
    add(tenant, events) {
      const before = Number(countOf.get(tenant)?.["n"]);
      let added = 0;
      for (const event of events) added += Number(insert.run(...rowOf(tenant, event)).changes);
      if (before + added > eventsMax) {
        const message = `${eventsMax} events are kept for each tenant, and there are ${before} already (EVENTS_MAX of the server says how many)`;
        throw new ToolError(message, { type: "Validation" });
      }
      return added;
    },
    read: (tenant, { fromMs, toMs }) => Array.from(read.iterate(tenant, fromMs, toMs), storedEvent),
    visitors: (tenant, { fromMs, toMs }) => visitorsOf(facts.iterate(tenant, fromMs, toMs)),
    newestMs(tenant) {
      const at = newest.get(tenant)?.["at"];
      return typeof at === "number" ? at : undefined;
    },
    count: () => Number(countAll.get()?.["n"]),
  };
}

/** The same for all attempts of a call, and for a file that is read again. */
export function eventIdFrom(origin: string, index: number): string {
  return `${createHash("sha256").update(origin).digest("hex").slice(0, 32)}-${index}`;
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function rowOf(tenant: string, event: GivenEvent & { readonly event_id: string }): (string | number | null)[] {
  const { event_id, type, content_id, user_id, at, country, device, channel, age_group, interests, value } = event;
  const texts = [content_id, user_id].map((text) => text ?? null);
  const groups = [country, device, channel, age_group].map((text) => text ?? null);
  const list = interests === undefined ? null : JSON.stringify(interests);
  return [tenant, event_id, type, ...texts, Date.parse(at), ...groups, list, value ?? null];
}

function storedEvent(row: Row): StoredEvent {
  const contentId = row["content_id"];
  return {
    type: row["type"] as EventType,
    userId: textOf(row["user_id"]),
    atMs: Number(row["at"]),
    value: Number(row["value"] ?? 0),
    ...(typeof contentId === "string" ? { contentId } : {}),
  };
}

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function visitorsOf(rows: Iterable<Row>): readonly Visitor[] {
  const visitors: Visitor[] = [];
  let current: Writable<Visitor> | undefined;
  for (const row of rows) {
    const userId = textOf(row["user_id"]);
    if (current?.userId !== userId) {
      current = { userId, interests: [], firstMs: Number(row["at"]) };
      visitors.push(current);
    }
    const { country, device, channel, age_group: ageGroup, interests } = row;
    if (typeof country === "string") current.country = country;
    if (typeof device === "string") current.device = device;
    if (typeof ageGroup === "string") current.ageGroup = ageGroup;
    if (typeof channel === "string") current.channel ??= channel;
    if (typeof interests === "string") current.interests = JSON.parse(interests) as string[];
  }
  return visitors;
}

/** Whether a visitor did more than look. */
export function isInteraction({ type }: StoredEvent): boolean {
  return INTERACTIONS.has(type);
}
