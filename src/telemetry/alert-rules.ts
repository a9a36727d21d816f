import type { Ms } from "../base/duration.ts";
import type { AlertName } from "../model/alert.ts";
import { isBad } from "../model/health.ts";
import { PLACES } from "../model/metric.ts";
import { placeOfReplica } from "../model/replica.ts";
import { quantile, since } from "./distribution.ts";
import type { RunningExecution } from "./followed-executions.ts";
import type { ReplicaSample } from "./replica-samples.ts";
import type { MetricsSnapshot, ServerSample } from "./snapshot.ts";

/** When a condition becomes an alert. */
export interface AlertRule {
  /** The condition holds above it. */
  readonly threshold: number;
  /** For how long it must hold without a break. */
  readonly forMs: Ms;
}

/** `high_latency` in seconds, `high_error_rate` and `resource_exhaustion` as a share, `workflow_running_long` in seconds. */
export const ALERT_RULES: Readonly<Record<AlertName, AlertRule>> = {
  high_latency: { threshold: 1, forMs: 300_000 },
  high_error_rate: { threshold: 0.05, forMs: 180_000 },
  // What either is so or not has the number 1 while it is so.
  server_down: { threshold: 0, forMs: 60_000 },
  circuit_open: { threshold: 0, forMs: 60_000 },
  resource_exhaustion: { threshold: 0.99, forMs: 60_000 },
  workflow_running_long: { threshold: 3_600, forMs: 0 },
  rollback_failed: { threshold: 0, forMs: 0 },
};

/** What the rules want to know of executions. */
export interface ExecutionFacts {
  running(): Iterable<RunningExecution>;
  /** Those that ended lately with something that could not be undone. */
  notUndone(): Iterable<string>;
}

/** What the rules look at. */
export interface AlertFacts {
  readonly now: MetricsSnapshot;
  /** Some time before: latency and error rate are those of the time between. Undefined: of all time. */
  readonly before: MetricsSnapshot | undefined;
  readonly executions: ExecutionFacts;
}

/** Something that a rule can be asked about, with what was measured. */
export interface AlertReading {
  readonly alert: AlertName;
  readonly subject: string;
  readonly server?: string;
  readonly value: number;
}

/** Everything that can be held against the rules. What has not been used since `before` has no latency and no error rate. */
export function alertReadings({ now, before, executions }: AlertFacts): readonly AlertReading[] {
  const earlier = new Map(before?.servers.map((sample) => [sample.server, sample]));
  return [
    ...now.servers.flatMap((sample) => serverReadings(sample, earlier.get(sample.server))),
    ...Array.from(executions.running(), ({ executionId, runningMs }) => ({
      alert: "workflow_running_long" as const,
      subject: executionId,
      value: runningMs / 1_000,
    })),
    ...Array.from(executions.notUndone(), (subject) => ({ alert: "rollback_failed" as const, subject, value: 1 })),
  ];
}

function serverReadings(now: ServerSample, before: ServerSample | undefined): readonly AlertReading[] {
  const { server, replicas } = now;
  const p95 = quantile(since(now.latency, before?.latency), 0.95);
  const had = now.had - (before?.had ?? 0);
  const known = replicas.filter(({ health }) => health !== "unknown");
  return [
    ...(p95 === undefined ? [] : [{ alert: "high_latency" as const, subject: server, server, value: p95 }]),
    ...(had <= 0
      ? []
      : [{ alert: "high_error_rate" as const, subject: server, server, value: (now.errors - (before?.errors ?? 0)) / had }]),
    { alert: "server_down", subject: server, server, value: known.length > 0 && known.every(({ health }) => isBad(health)) ? 1 : 0 },
    ...replicas.flatMap((replica) => replicaReadings(now, replica)),
  ];
}

function replicaReadings({ server, waiting }: ServerSample, replica: ReplicaSample): readonly AlertReading[] {
  const place = placeOfReplica(server, replica.replica);
  return [
    // A breaker that is tried again now and then, and opens again, has not closed.
    { alert: "circuit_open", subject: place, server, value: (replica.breaker ?? "closed") === "closed" ? 0 : 1 },
    // That calls wait for places is nothing to mend: there is much to do.
    ...replica.resources
      .filter(({ resource }) => resource !== PLACES)
      .map(({ resource, capacity, inUse }) => ({
        alert: "resource_exhaustion" as const,
        subject: `${place}/${resource}`,
        server,
        // What is in full use, and wanted by nobody else, is in good use.
        value: waiting === 0 || capacity <= 0 ? 0 : inUse / capacity,
      })),
  ];
}
