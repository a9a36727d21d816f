import { isTuttiError } from "../model/errors.ts";
import type { HealthSignal } from "../model/health.ts";
import { ownerOf } from "../model/replica.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import { serverUnavailable, signalOf, triedReplica } from "../model/server-unavailable.ts";
import type { TriedReplica } from "../model/server-unavailable.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Servers } from "../ports/connections.ts";
import type { Health } from "../ports/health.ts";
import { byPreference } from "./by-preference.ts";

export interface ReplicatedServersOptions {
  /** Of all replicas, named as `connectionName` says. */
  readonly connections: Servers;
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly health: Health & {
    /** Begins to look after a replica that is in use from now on. */
    watch(connection: string): void;
    /** Is told what a check would have found out as well. */
    checked(connection: string, signal: HealthSignal): void;
  };
}

/**
 * What can be found out about servers by their names, whichever of their replicas has to be asked: the best healthy one,
 * and the next when it does not answer.
 */
export function replicatedServers({ connections, servers, health }: ReplicatedServersOptions): Servers {
  const ask = async <T>(server: string, signal: AbortSignal, question: (connection: string) => Promise<T>): Promise<T> => {
    const config = servers.get(server);
    if (config === undefined) throw serverNotFound(server, servers.keys());
    const tried: TriedReplica[] = [];
    for (const { replica, connection } of byPreference(config, (name) => health.stateOf(name))) {
      try {
        const answer = await question(connection);
        health.watch(connection);
        return answer;
      } catch (error) {
        if (signal.aborted || !isTuttiError(error, "server.unavailable")) throw error;
        health.checked(connection, signalOf(error));
        tried.push(triedReplica(replica.name, error));
      }
    }
    throw serverUnavailable(server, tried);
  };
  return {
    get names() {
      return [...servers.keys()];
    },
    tools: async (server, signal) => await ask(server, signal, (connection) => connections.tools(connection, signal)),
    check: async (server, signal) => {
      const check = await ask(server, signal, (connection) => connections.check(connection, signal));
      return { ...check, server };
    },
    facts: async (server, signal) => await ask(server, signal, (connection) => connections.facts(connection, signal)),
    onToolsChanged: (listener) => connections.onToolsChanged((connection) => listener(ownerOf(connection).server)),
  };
}
