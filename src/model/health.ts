import type { CallErrorKind } from "./call.ts";

/**
 * How a replica of a server is doing. `unknown`: nobody has looked yet. `degraded`: it answers, but slowly or not
 * always. `unhealthy`: it is there and fails. `unreachable`: it is not there.
 */
export type HealthState = "unknown" | "healthy" | "degraded" | "unhealthy" | "unreachable";

/** How a server is doing with replicas that do so, as far as that is known: it can be used as long as one of them can. */
export function healthOfServer(replicas: readonly HealthState[]): HealthState {
  const known = new Set<HealthState>(replicas.filter((state) => state !== "unknown"));
  const best = GOOD_FIRST.find((state) => known.has(state)) ?? "unknown";
  return best === "healthy" && known.size > 1 ? "degraded" : best;
}

/** How something is doing of which several things are known: as the worst of them. */
export function healthOfAll(servers: readonly HealthState[]): HealthState {
  return GOOD_FIRST.findLast((state) => servers.includes(state)) ?? "healthy";
}

/**
 * How all servers of a system are doing, in one word: `degraded` while none is bad and four out of five are healthy,
 * `unreachable` when all are bad, and `unhealthy` for whatever is between.
 */
export function healthOfSystem(servers: readonly HealthState[]): HealthState {
  const healthy = servers.filter((state) => state === "healthy").length;
  if (healthy === servers.length) return "healthy";
  const bad = servers.filter(isBad).length;
  if (bad === servers.length) return "unreachable";
  return bad === 0 && healthy / servers.length >= HEALTHY_SHARE ? "degraded" : "unhealthy";
}

const HEALTHY_SHARE = 0.8;

/** Whether calls should go elsewhere while there is an elsewhere. `unknown` is not bad: somebody must be the first to find out. */
export function isBad(state: HealthState): boolean {
  return state === "unhealthy" || state === "unreachable";
}

/** Whether a change to a state is one for the worse. */
export function isWorse(state: HealthState, than: HealthState): boolean {
  return GOOD_FIRST.indexOf(state) > GOOD_FIRST.indexOf(than);
}

const GOOD_FIRST: readonly HealthState[] = ["healthy", "unknown", "degraded", "unhealthy", "unreachable"];

/** How a replica fails: it is not there, it is silent, or it cannot do its work. All else is not its own fault. */
export type ReplicaFault = Extract<CallErrorKind, "connection" | "timeout" | "server_error">;

/** What a call or a check has told about a replica. */
export type HealthSignal =
  | { readonly kind: "answered"; readonly durationMs: number }
  | { readonly kind: "failed"; readonly fault: ReplicaFault; readonly message: string };
