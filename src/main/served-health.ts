import type { JsonObject } from "../base/json.ts";
import type { OperationClient } from "../client/operation-client.ts";
import { getServerStats } from "../contract/get-server-stats.ts";
import type { GetServerStatsOutput } from "../contract/get-server-stats.ts";
import { listExecutions } from "../contract/list-executions.ts";
import type { HealthAnswer } from "../http/operator-routes.ts";
import type { Alert } from "../model/alert.ts";
import { isTuttiError } from "../model/errors.ts";
import { healthOfServer, isBad } from "../model/health.ts";
import type { HealthChange } from "../registry/health-monitor.ts";
import type { ReplicaStats } from "../model/server-stats.ts";

/** Tells how a process does that serves, from what it knows: nobody is asked, and no server is started. */
export function servedHealth(operations: OperationClient, changesOf: ChangesOf): (signal: AbortSignal) => Promise<HealthAnswer> {
  return async (signal) => {
    const journal = await journalAnswers(operations, signal);
    return healthAnswer(await operations.call(getServerStats, {}, { signal }), journal, changesOf);
  };
}

/** How the health of a connection has changed; the oldest comes first. */
export type ChangesOf = (connection: string) => readonly Pick<HealthChange, "atMs" | "from" | "to">[];

const CHANGES_SHOWN = 10;

/**
 * `unhealthy` when nothing can be done here: the journal cannot be used, or none of the servers is there. `degraded` when
 * some of it can.
 */
export function healthAnswer(
  { upMs, servers, alerts }: GetServerStatsOutput,
  journal: boolean,
  changesOf: ChangesOf = () => [],
): HealthAnswer {
  const states = servers.map(({ server, replicas }) => ({
    server,
    status: healthOfServer(replicas.map(({ health }) => health)),
    replicas,
  }));
  const known = states.filter(({ status }) => status !== "unknown");
  const down = known.filter(({ status }) => isBad(status));
  const unhealthy = !journal || (known.length > 0 && down.length === known.length);
  const degraded = alerts.length > 0 || known.some(({ status }) => status !== "healthy");
  const document: JsonObject = {
    status: unhealthy ? "unhealthy" : degraded ? "degraded" : "healthy",
    up_ms: Math.round(upMs),
    journal: journal ? "usable" : "unusable",
    servers: states.map(({ server, status, replicas }) => ({
      server,
      status,
      replicas: replicas.map((replica) => ({
        ...replicaDocument(replica),
        changes: changesOf(connectionOf(server, replica)).slice(-CHANGES_SHOWN).map(changeDocument),
      })),
    })),
    alerts: alerts.map(alertDocument),
  };
  return { well: !unhealthy, document };
}

/** A fault of the journal stays until the process ends, and every question tells of it. */
async function journalAnswers(operations: OperationClient, signal: AbortSignal): Promise<boolean> {
  try {
    await operations.call(listExecutions, { limit: 1 }, { signal });
    return true;
  } catch (error) {
    if (isTuttiError(error, "journal.unusable")) return false;
    throw error;
  }
}

function replicaDocument({ replica, health, breaker, inFlight }: ReplicaStats): JsonObject {
  return { replica, status: health, ...(breaker === undefined ? {} : { breaker }), in_flight: inFlight };
}

function connectionOf(server: string, { replica }: ReplicaStats): string {
  return replica === "" ? server : `${server}#${replica}`;
}

/** What was seen is left out: it may have the words of a server. */
function changeDocument({ atMs, from, to }: ReturnType<ChangesOf>[number]): JsonObject {
  return { at: new Date(atMs).toISOString(), from, to };
}

/** Without what it is about where that is an execution: those are not for everybody who can reach the port. */
function alertDocument({ alert, subject, server, value, threshold, lastedMs }: Alert): JsonObject {
  return { alert, ...(server === undefined ? {} : { server, subject }), value, threshold, lasted_ms: lastedMs };
}
