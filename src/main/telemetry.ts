import { systemClock } from "../base/clock.ts";
import type { Log } from "../ports/log.ts";
import { openLog } from "../telemetry/open-log.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import type { MetricsStore } from "../telemetry/open-metrics.ts";
import { logLevel } from "./log-level.ts";

/** Where a process keeps what it measures, and tells what an operator wants to know. */
export interface Telemetry {
  readonly metrics: MetricsStore;
  readonly log: Log;
}

/**
 * Measures in memory, and logs only if the environment asks for it: what a command has to say, it prints.
 *
 * @throws TuttiError `usage` - TUTTI_LOG_LEVEL is no level
 */
export async function openTelemetry(
  environment: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
): Promise<Telemetry> {
  return { metrics: openMetrics(systemClock), log: await openLog({ level: logLevel(environment, "silent"), write }) };
}
