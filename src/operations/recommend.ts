import { humanDuration } from "../base/duration.ts";
import type { ReplicaRecord, ServerRecord } from "../model/server-record.ts";
import { isBad } from "../model/health.ts";

/** What could be done about a server that is not well, one sentence each, the most important first. */
export function recommend({ serverId, replicas, load, limits }: ServerRecord): readonly string[] {
  const alone = replicas.length === 1;
  const advice = replicas.flatMap((replica) => adviceOn(replica, alone ? `"${serverId}"` : `replica "${replica.name}" of "${serverId}"`));
  const left = replicas.filter(({ status }) => !isBad(status));
  if (left.length > 0 && left.length < replicas.length) {
    const names = left.map(({ name }) => `"${name}"`).join(", ");
    advice.push(`Until then all calls of "${serverId}" go to ${names}: ${left.length} of ${replicas.length} replicas do the work.`);
  }
  if (load !== undefined && load.callsWaiting > 0) {
    advice.push(
      `${load.callsWaiting} calls wait for a place (${limits.calls} at once): raise max_concurrent_calls if it can do more, or add a replica.`,
    );
  }
  return advice;
}

function adviceOn(replica: ReplicaRecord, name: string): string[] {
  const { answer, status, transport, address } = replica;
  if (answer.kind === "silent") {
    if (/\bHTTP 40[13]\b/.test(answer.reason))
      return [`${name} wants a credential, or another one: see what "headers" the configuration gives it.`];
    if (status === "unhealthy")
      return [`${name} is there, and does not answer as it should: look at what it writes, and restart it if it hangs.`];
    return transport === "stdio"
      ? [`Start ${name} by hand to see why it does not run: ${address}`]
      : [`See whether ${name} runs and can be reached from here at ${address}, and whether that is the right address.`];
  }
  if (status !== "degraded") return [];
  return answer.responseMs > SLOW_MS
    ? [`${name} took ${humanDuration(answer.responseMs)} to answer a check that asks for nothing: see whether it has too much to do.`]
    : [`${name} answers, and has failed lately: look at what it writes.`];
}

const SLOW_MS = 1_000;
