import type { Ms } from "../base/duration.ts";

export const ALERT_NAMES = [
  "high_latency",
  "high_error_rate",
  "server_down",
  "circuit_open",
  "resource_exhaustion",
  "workflow_running_long",
  "rollback_failed",
] as const;

export type AlertName = (typeof ALERT_NAMES)[number];

/** Something that somebody should look at, and that has lasted long enough to be no accident. */
export interface Alert {
  readonly alert: AlertName;
  /** What it is about: a server, `server#replica`, `server#replica/resource`, or an execution. */
  readonly subject: string;
  /** Absent when it is about an execution. */
  readonly server?: string;
  /** What was measured last, in the unit of the threshold. */
  readonly value: number;
  readonly threshold: number;
  /** For how long it has been so, up to the last look. */
  readonly lastedMs: Ms;
}
