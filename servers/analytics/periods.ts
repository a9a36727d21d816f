import { z } from "zod";
import { refuse } from "../kit/reference-server.ts";
import type { EventStore, Span } from "./event-store.ts";
import { moment } from "./words.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

interface Period {
  readonly id: string;
  /** Other words for it. */
  readonly aliases: readonly string[];
  readonly lengthMs: number;
  readonly description: string;
}

/** All lengths of time that tools take. Months and years are of a fixed length, so that figures can be compared. */
export const PERIODS: readonly Period[] = [
  { id: "hour", aliases: ["1h", "last_hour"], lengthMs: HOUR_MS, description: "The last 60 minutes" },
  { id: "day", aliases: ["1d", "24h", "last_day"], lengthMs: DAY_MS, description: "The last 24 hours" },
  { id: "week", aliases: ["7d", "last_week"], lengthMs: 7 * DAY_MS, description: "The last 7 days" },
  { id: "month", aliases: ["30d", "last_month"], lengthMs: 30 * DAY_MS, description: "The last 30 days" },
  { id: "quarter", aliases: ["90d", "last_quarter"], lengthMs: 90 * DAY_MS, description: "The last 90 days" },
  { id: "year", aliases: ["1y", "365d", "last_year"], lengthMs: 365 * DAY_MS, description: "The last 365 days" },
];

/** Every word that means a period. */
export const PERIOD_WORDS = PERIODS.flatMap(({ id, aliases }) => [id, ...aliases]);

export const periodWord = z.string().min(1).max(20);

/** The end of what is looked at. */
export const asOf = z
  .union([z.literal("now"), moment])
  .describe('End of the period: a moment such as 2026-03-01T00:00:00Z, or "now". If not given, the newest event that is stored');

/** @throws ToolError - the word means no period */
export function periodOf(text: string): Period {
  const word = text.toLowerCase();
  const period = PERIODS.find(({ id, aliases }) => id === word || aliases.includes(word));
  if (period === undefined) throw refuse(`"${text}" is no period; there are ${PERIOD_WORDS.join(", ")}`);
  return period;
}

interface Looking {
  readonly store: EventStore;
  readonly tenant: string;
  readonly now: Date;
}

/** The time that a period covers. Without `asOf` it ends with the newest event, so that the same events give the same figures. */
export function spanOf(period: Period, asked: string | undefined, { store, tenant, now }: Looking): Span {
  const toMs = asked === undefined ? (store.newestMs(tenant) ?? now.getTime()) : asked === "now" ? now.getTime() : Date.parse(asked);
  return { fromMs: toMs - period.lengthMs, toMs };
}

/** The time of the same length before. */
export function before({ fromMs, toMs }: Span): Span {
  return { fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
}
