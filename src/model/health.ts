import type { CallErrorKind } from "./call.ts";

/**
 * How a replica of a server is doing. `unknown`: nobody has looked yet. `degraded`: it answers, but slowly or not
 * always. `unhealthy`: it is there and fails. `unreachable`: it is not there.
 */
export type HealthState = "unknown" | "healthy" | "degraded" | "unhealthy" | "unreachable";

/** What a call or a check has told about a replica. */
export type HealthSignal =
  | { readonly kind: "answered"; readonly durationMs: number }
  | { readonly kind: "failed"; readonly error: CallErrorKind; readonly message: string };
