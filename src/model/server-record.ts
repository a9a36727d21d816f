import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import type { HealthState } from "./health.ts";
import type { RateLimits, ServerAddress } from "./server.ts";
import type { TriedReplica } from "./server-unavailable.ts";
import type { ServerCapacity, Tool } from "./tool.ts";

/** What has been found out about a server by asking it. */
export interface ServerRecord {
  /** The name of the server: it is unique, and its tools are `name.tool`. */
  readonly serverId: string;
  /** Of the replica that has told the rest, in whole. Empty when none answers. */
  readonly tools: readonly Tool[];
  /** What it announces, as it said it. */
  readonly capabilities: JsonObject;
  readonly health: RecordedHealth;
  readonly limits: ServerLimits;
  /** How much of it is in use now, where that is known. */
  readonly load?: ServerLoad;
  /** In the order of the configuration; at least one. */
  readonly replicas: readonly ReplicaRecord[];
}

export interface RecordedHealth {
  readonly status: HealthState;
  /** Of the quickest replica that answered. */
  readonly responseMs?: Ms;
}

/** What the configuration says of how much may be asked of it. */
export interface ServerLimits extends ServerCapacity {
  readonly rates?: RateLimits;
}

export interface ServerLoad {
  readonly callsInFlight: number;
  readonly callsWaiting: number;
}

/** One process or address of a server. */
export interface ReplicaRecord {
  readonly name: string;
  /** The name of its connection. */
  readonly connection: string;
  readonly tier: number;
  readonly transport: ServerAddress["kind"];
  /** Without secrets. */
  readonly address: string;
  readonly status: HealthState;
  readonly answer: ReplicaAnswer | ReplicaSilence;
}

/** What a replica says of itself. */
export interface ReplicaAnswer {
  readonly kind: "answered";
  readonly title?: string;
  readonly version?: string;
  readonly protocolVersion: string;
  readonly era: "legacy" | "modern";
  readonly toolCount: number;
  readonly connectMs: Ms;
  readonly responseMs: Ms;
  /** How long its process has been running; only of processes that were started from here. */
  readonly uptimeMs?: Ms;
}

/** Why a replica cannot be used. */
export interface ReplicaSilence extends Omit<TriedReplica, "name"> {
  readonly kind: "silent";
}

/** The replicas that do not answer. */
export function silencesOf({ replicas }: ServerRecord): readonly TriedReplica[] {
  return replicas.flatMap(({ name, answer }) => (answer.kind === "silent" ? [{ ...answer, name }] : []));
}
