import type { Alert } from "../model/alert.ts";
import { ALERT_RULES } from "./alert-rules.ts";
import type { AlertReading } from "./alert-rules.ts";

/** An alert that has begun or ended. */
export interface AlertChange {
  readonly type: "firing" | "resolved";
  readonly alert: Alert;
}

interface Holding {
  readonly sinceMs: number;
  readonly alert: Alert;
  readonly firing: boolean;
}

/** Subjects beyond it are not followed; whatever is wrong with so many at once has been told by then. */
const HOLDING_MAX = 10_000;

/**
 * Follows for how long conditions hold.
 *
 * 1. An alert fires when its condition has held at every look since `forMs` or longer.
 * 2. It is told once that it fires, and once that it is resolved: at the first look at which the condition does not hold,
 *    or its subject is not there any more.
 */
export class AlertStates {
  #holding: ReadonlyMap<string, Holding> = new Map();

  /** Those that fire now. */
  firing(): readonly Alert[] {
    return [...this.#holding.values()].filter(({ firing }) => firing).map(({ alert }) => alert);
  }

  /** Takes one look, and tells what has changed since the one before. */
  look(readings: readonly AlertReading[], atMs: number): readonly AlertChange[] {
    const before = this.#holding;
    const now = new Map<string, Holding>();
    const changes: AlertChange[] = [];
    for (const reading of readings) {
      const { threshold, forMs } = ALERT_RULES[reading.alert];
      if (!(reading.value > threshold) || now.size >= HOLDING_MAX) continue;
      const key = `${reading.alert} ${reading.subject}`;
      const known = before.get(key);
      const sinceMs = known?.sinceMs ?? atMs;
      const alert = { ...reading, threshold, lastedMs: Math.round(atMs - sinceMs) };
      const firing = alert.lastedMs >= forMs;
      now.set(key, { sinceMs, alert, firing });
      if (firing && known?.firing !== true) changes.push({ type: "firing", alert });
    }
    for (const [key, { firing, alert }] of before) if (firing && !now.has(key)) changes.push({ type: "resolved", alert });
    this.#holding = now;
    return changes;
  }
}
