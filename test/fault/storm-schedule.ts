import { seededRandom } from "./seeded-random.ts";

/** How a network misbehaves for a while. */
export type Mood = "calm" | "slow" | "cutting" | "half-open" | "failing" | "busy" | "garbage";

/** Something that happens in a storm, counted from its beginning. */
export type StormEvent = { readonly atMs: number } & (
  | { readonly kind: "mood"; readonly replica: string; readonly mood: Mood; readonly lastsMs: number }
  /** SIGKILL; it comes back after a while. */
  | { readonly kind: "kill"; readonly replica: string; readonly downMs: number }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly kind: "pause"; readonly replica: string; readonly lastsMs: number }
  /** Everything that is open is reset. */
  | { readonly kind: "cut"; readonly replica: string }
  /** A server itself answers late and writes lines that are no messages. */
  | { readonly kind: "weather"; readonly server: string; readonly lastsMs: number }
  | { readonly kind: "kill-tutti" }
);

export interface StormPlan {
  readonly seed: number;
  readonly durationMs: number;
  /** Names of replicas behind a proxy, and of those that Tutti starts itself. */
  readonly remote: readonly string[];
  readonly local: readonly string[];
  readonly servers: readonly string[];
}

const MOODS: readonly Mood[] = ["slow", "cutting", "half-open", "failing", "busy", "garbage"];

/** On the average so long after the last event of a replica comes its next one. */
const EVERY_MS = 5_000;
const KILLS_EVERY_MS = 30_000;

/**
 * All that happens in a storm, in order, the same for the same seed. Tutti is killed in its first half only: what lives
 * through the second half is what memory and open files are measured on.
 */
export function stormSchedule(plan: StormPlan): readonly StormEvent[] {
  const random = seededRandom(plan.seed);
  const events: StormEvent[] = [];
  for (const replica of plan.remote) {
    for (const atMs of moments(random, plan.durationMs, EVERY_MS)) events.push(remoteEvent(random, replica, atMs));
  }
  for (const replica of plan.local) {
    for (const atMs of moments(random, plan.durationMs, EVERY_MS)) events.push(processEvent(random, replica, atMs));
  }
  for (const server of plan.servers) {
    for (const atMs of moments(random, plan.durationMs, EVERY_MS * 2)) {
      events.push({ kind: "weather", server, atMs, lastsMs: 1_000 + random() * 4_000 });
    }
  }
  const killedUntilMs = plan.durationMs / 2;
  for (const atMs of moments(random, killedUntilMs, Math.min(KILLS_EVERY_MS, killedUntilMs / 3))) events.push({ kind: "kill-tutti", atMs });
  return events.toSorted((one, other) => one.atMs - other.atMs);
}

/** Never nothing: so short a storm has one of everything. */
function moments(random: () => number, durationMs: number, everyMs: number): readonly number[] {
  const chosen: number[] = [];
  for (let atMs = everyMs * (0.3 + random()); atMs < durationMs; atMs += everyMs * (0.5 + random())) chosen.push(atMs);
  return chosen;
}

function remoteEvent(random: () => number, replica: string, atMs: number): StormEvent {
  const luck = random();
  if (luck < 0.2) return processEvent(random, replica, atMs);
  if (luck < 0.3) return { kind: "cut", replica, atMs };
  const mood = MOODS[Math.floor(random() * MOODS.length)] ?? "calm";
  return { kind: "mood", replica, mood, atMs, lastsMs: 800 + random() * 2_500 };
}

function processEvent(random: () => number, replica: string, atMs: number): StormEvent {
  if (random() < 0.5) return { kind: "kill", replica, atMs, downMs: random() * 1_500 };
  return { kind: "pause", replica, atMs, lastsMs: 200 + random() * 2_800 };
}
