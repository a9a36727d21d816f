import type { DurationSummary, ReplicaStats, ServerStats } from "../model/server-stats.ts";
import { countOf, quantile } from "./distribution.ts";
import type { Distribution } from "./distribution.ts";
import type { ReplicaSample } from "./replica-samples.ts";
import type { MetricsSnapshot, ServerSample } from "./snapshot.ts";

/** The numbers of a snapshot as people read them. */
export function serverStats({ servers, upMs }: MetricsSnapshot): { readonly upMs: number; readonly servers: readonly ServerStats[] } {
  return { upMs: Math.round(upMs), servers: servers.map((sample) => statsOf(sample, upMs / 1_000)) };
}

function statsOf(sample: ServerSample, upSeconds: number): ServerStats {
  const { latency, queued, overhead, had, replicas, ...counts } = sample;
  return {
    ...counts,
    errorRate: had === 0 ? 0 : rounded(sample.errors / had),
    callsPerMinute: rounded(sample.callsPerMinute),
    inFlight: replicas.reduce((sum, replica) => sum + replica.inFlight, 0),
    ...summary("latency", latency),
    ...summary("queued", queued),
    ...summary("overhead", overhead),
    replicas: replicas.map((replica) => replicaStats(replica, upSeconds)),
  };
}

function replicaStats({ resources, ...replica }: ReplicaSample, upSeconds: number): ReplicaStats {
  return {
    ...replica,
    resources: resources.map(({ busySeconds, idleSeconds, ...resource }) => {
      const most = resource.capacity * upSeconds;
      const utilisation = most <= 0 ? 0 : rounded(Math.min(1, busySeconds / most));
      return { ...resource, utilisation, idleMs: Math.round(idleSeconds * 1_000) };
    }),
  };
}

function summary<Name extends string>(name: Name, distribution: Distribution): { readonly [Key in Name]?: DurationSummary } {
  const count = countOf(distribution);
  if (count === 0) return {};
  const ms = (share: number): number => rounded((quantile(distribution, share) ?? 0) * 1_000);
  const about: DurationSummary = {
    count,
    meanMs: rounded((distribution.sum * 1_000) / count),
    p50Ms: ms(0.5),
    p95Ms: ms(0.95),
    p99Ms: ms(0.99),
  };
  return { [name]: about } as { readonly [Key in Name]?: DurationSummary };
}

/** Three digits behind the point: the rest would only look exact. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
