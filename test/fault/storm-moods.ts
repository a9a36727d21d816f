import type { Fate } from "../support/fate.ts";
import type { Mood } from "./storm-schedule.ts";

const PASS: Fate = { kind: "pass" };

/** A WebSocket carries all calls to a replica, and all of them meet the fate of one. */
const SHARE_OF_UPGRADED = 0.15;

/**
 * What becomes of one request while the network is in this mood.
 *
 * @param random - gives numbers in [0, 1)
 * @param upgraded - whether it is a part of what a WebSocket carries
 */
export function fateIn(mood: Mood, random: () => number, upgraded: boolean): Fate {
  const luck = upgraded && mood !== "slow" ? random() / SHARE_OF_UPGRADED : random();
  switch (mood) {
    case "slow":
      return { kind: "pass", delayMs: 10 + luck ** 3 * 400 };
    case "cutting":
      return luck < 0.12 ? { kind: "cut-request" } : luck < 0.25 ? { kind: "cut-response" } : PASS;
    case "half-open":
      return luck < 0.15 ? { kind: "silence" } : luck < 0.3 ? { kind: "mute" } : PASS;
    case "failing":
      return luck < 0.3 ? { kind: "status", status: random() < 0.5 ? 500 : 502, served: random() < 0.5 } : PASS;
    case "busy":
      return luck < 0.4 ? refusal(random()) : PASS;
    case "garbage":
      return luck < 0.25 ? { kind: "garbage" } : PASS;
    default:
      return luck < 0.0005 ? { kind: "cut-response" } : PASS;
  }
}

function refusal(luck: number): Fate {
  if (luck < 0.4) return { kind: "status", status: 429, retryAfterSeconds: 1, served: false };
  if (luck < 0.7) return { kind: "status", status: 429, served: false };
  return { kind: "status", status: 503, retryAfterSeconds: 1, served: false };
}
