import { defined } from "../base/defined.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { HealthState } from "../model/health.ts";

/** What a server tells of itself when it is asked for its status. */
export interface ToldStatus {
  readonly version?: string;
  readonly uptimeMs?: number;
  /** Only where it says that it is not well, or cannot say anything. */
  readonly trouble?: { readonly status: HealthState; readonly words: string };
}

/**
 * Reads what a server says of itself in a form of its own. Servers agree on the words, not on the unit of the time: a bare
 * number is taken for seconds, as most mean it.
 */
export function readToldStatus(said: JsonObject): ToldStatus {
  const { version, status } = said;
  const uptimeMs = milliseconds(said["uptime_ms"] ?? said["up_ms"], 1) ?? milliseconds(said["uptime_seconds"] ?? said["uptime"], 1_000);
  return defined({ version: typeof version === "string" ? version : undefined, uptimeMs, trouble: troubleIn(status) });
}

function milliseconds(value: Json | undefined, unitMs: number): number | undefined {
  return typeof value === "number" && value >= 0 ? value * unitMs : undefined;
}

function troubleIn(status: Json | undefined): ToldStatus["trouble"] {
  if (typeof status !== "string") return undefined;
  const words = `it says of itself that it is "${status}"`;
  if (/^(degraded|warning|impaired|busy|overloaded)$/i.test(status)) return { status: "degraded", words };
  return /^(unhealthy|error|critical|failed|failing|down|offline)$/i.test(status) ? { status: "unhealthy", words } : undefined;
}
