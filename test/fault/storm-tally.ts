import type { CallError } from "../../src/model/call.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { ServerStats } from "../../src/model/server-stats.ts";
import type { CallLoad, Tally } from "./storm-messages.ts";

/** Counts what happened on the way of one execution. */
export function tallyOf(events: readonly ExecutionEvent[]): Tally {
  const causes: Record<string, number> = {};
  const note = (cause: string): void => void (causes[cause] = (causes[cause] ?? 0) + 1);
  const tally = { attempts: 0, retries: 0, failovers: 0, hedged: 0, interrupted: 0, doubts: 0, verified: 0 };
  for (const event of events) {
    switch (event.type) {
      case "call-started":
        tally.attempts += 1;
        if (event.attempt > 1) tally.retries += 1;
        break;
      case "call-interrupted":
        tally.interrupted += 1;
        break;
      case "call-in-doubt":
        tally.doubts += 1;
        break;
      case "call-resolved":
        if (event.by === "verify") tally.verified += 1;
        break;
      default:
    }
    if (event.type === "call-failed" || event.type === "call-in-doubt") note(causeOf(event.error));
    if (!("trip" in event) || event.trip === undefined) continue;
    for (const failover of event.trip.failovers ?? []) note(`${causeOf(failover)}, and it went on elsewhere`);
    tally.failovers += event.trip.failovers?.length ?? 0;
    tally.hedged += event.trip.hedged === true ? 1 : 0;
  }
  return { ...tally, causes };
}

/** The words of an error without what is different each time, so that equal causes can be counted. */
export function causeOf({ kind, message }: Pick<CallError, "kind" | "message">): string {
  const words = message.split("\n", 1)[0] ?? "";
  return `${kind}: ${words.replaceAll(/\d+/g, "n").slice(0, 110)}`;
}

/** Adds up what was measured of servers. */
export function callLoadOf(servers: readonly ServerStats[]): CallLoad {
  const sum = (read: (server: ServerStats) => number): number => servers.reduce((total, server) => total + read(server), 0);
  const measured = sum(({ overhead }) => overhead?.count ?? 0);
  const replicas = servers.flatMap((server) => server.replicas);
  return {
    inFlight: sum(({ inFlight }) => inFlight),
    waiting: sum(({ waiting }) => waiting),
    reserved: replicas.flatMap(({ resources }) => resources).reduce((total, { inUse }) => total + inUse, 0),
    openBreakers: replicas.filter(({ breaker }) => breaker === "open").length,
    overheadMs: measured === 0 ? 0 : sum(({ overhead }) => (overhead?.count ?? 0) * (overhead?.meanMs ?? 0)) / measured,
    overheadP99Ms: Math.max(0, ...servers.map(({ overhead }) => overhead?.p99Ms ?? 0)),
  };
}
