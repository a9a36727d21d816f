import type { EventType } from "./event-schema.ts";

/** One line of a sample, as EVENTS_FILE has it. */
interface SampleEvent {
  readonly type: EventType;
  readonly user_id: string;
  readonly at: string;
  readonly content_id?: string;
  readonly [group: string]: unknown;
}

interface SampleSettings {
  /** The same seed gives the same events. */
  readonly seed: number;
  readonly users: number;
  readonly days: number;
  /** The last day ends here. */
  readonly endMs: number;
}

const DAY_MS = 86_400_000;

const COUNTRIES = ["DE", "DE", "DE", "AT", "CH", "FR", "NL", "US"];
const DEVICES = ["mobile", "mobile", "mobile", "desktop", "desktop", "tablet"];
const CHANNELS = ["search", "search", "social", "email", "direct", "partner"];
const AGES = ["18-24", "25-34", "25-34", "35-44", "45-54", "55+"];
const INTERESTS = ["writing", "drawing", "journaling", "office", "gifts"];
const CONTENTS = [...Array.from({ length: 12 }, (_, index) => `product-${index + 1}`), "guide-inks", "guide-paper", "guide-journaling"];

/**
 * Visitors of a small shop for stationery, made up by rules and not by hand: how often somebody comes, looks further and buys depends on
 * where from and with what. Visits grow slowly, and are fewer on Saturdays and Sundays.
 */
export function sampleEvents({ seed, users, days, endMs }: SampleSettings): readonly SampleEvent[] {
  const random = randomFrom(seed);
  const visitors = Array.from({ length: users }, (_, index) => visitorOf(index, random));
  const events: SampleEvent[] = [];
  for (let day = 0; day < days; day += 1) {
    const startMs = endMs - (days - day) * DAY_MS;
    const weekday = new Date(startMs).getUTCDay();
    const busy = (weekday === 0 || weekday === 6 ? 0.6 : 1) * (0.7 + (0.6 * day) / days);
    for (const visitor of visitors) {
      if (random() < visitor.habit * busy) events.push(...visitOf(visitor, startMs, random));
    }
  }
  return events.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

interface SampleVisitor {
  readonly groups: Readonly<Record<string, unknown>>;
  readonly userId: string;
  /** The chance of a visit on a usual day. */
  readonly habit: number;
  readonly curiosity: number;
  readonly buys: number;
}

type Random = () => number;

function visitorOf(index: number, random: Random): SampleVisitor {
  const channel = oneOf(CHANNELS, random);
  const device = oneOf(DEVICES, random);
  const interests = [...new Set([oneOf(INTERESTS, random), oneOf(INTERESTS, random)])];
  return {
    userId: `visitor-${String(index + 1).padStart(3, "0")}`,
    groups: { country: oneOf(COUNTRIES, random), device, channel, age_group: oneOf(AGES, random), interests },
    habit: random() * random() * random() * 0.12 + (channel === "email" ? 0.05 : 0.01),
    curiosity: device === "desktop" ? 0.7 : 0.5,
    buys: channel === "email" || channel === "partner" ? 0.12 : 0.06,
  };
}

function visitOf({ userId, groups, curiosity, buys }: SampleVisitor, dayMs: number, random: Random): readonly SampleEvent[] {
  let atMs = dayMs + Math.floor((7 + random() * 15) * 3_600) * 1_000;
  const at = (): string => new Date(atMs).toISOString();
  // Whoever it is has to be said once in a visit.
  const events: SampleEvent[] = [{ type: "session_start", user_id: userId, at: at(), ...groups }];
  for (let page = 0; page === 0 || (page < 8 && random() < curiosity); page += 1) {
    atMs += Math.floor(5 + random() * 120) * 1_000;
    const content_id = CONTENTS[Math.floor(random() * random() * CONTENTS.length)] ?? "product-1";
    events.push({ type: "view", user_id: userId, at: at(), content_id });
    const chance = random();
    if (chance < 0.12) {
      atMs += 9_000;
      const type = chance < 0.07 ? "like" : chance < 0.1 ? "share" : "comment";
      events.push({ type, user_id: userId, at: at(), content_id });
    }
    if (page > 0 && random() < buys) {
      atMs += 60_000;
      events.push({ type: "conversion", user_id: userId, at: at(), content_id, value: Math.round(1_500 + random() * 9_000) / 100 });
    }
  }
  return events;
}

function oneOf(values: readonly string[], random: Random): string {
  return values[Math.floor(random() * values.length)] ?? "";
}

/** Mulberry32: the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
