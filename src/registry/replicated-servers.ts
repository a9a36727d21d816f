import { TuttiError, isTuttiError } from "../model/errors.ts";
import { ownerOf } from "../model/replica.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Servers } from "../ports/connections.ts";
import type { Health } from "../ports/health.ts";
import { byPreference } from "./by-preference.ts";
import type { RankedReplica } from "./by-preference.ts";

export interface ReplicatedServersOptions {
  /** Of all replicas, named as `connectionName` says. */
  readonly connections: Servers;
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly health: Health & {
    /** Begins to look after a replica that is in use from now on. */
    watch(connection: string): void;
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
    const failures: Failure[] = [];
    for (const replica of byPreference(config, (connection) => health.stateOf(connection))) {
      try {
        const answer = await question(replica.connection);
        health.watch(replica.connection);
        return answer;
      } catch (error) {
        if (signal.aborted || !isTuttiError(error, "server.unavailable")) throw error;
        health.saw(replica.connection, { kind: "failed", error: "connection", message: error.message });
        failures.push({ replica, error });
      }
    }
    throw noReplicaAnswers(server, failures);
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

interface Failure {
  readonly replica: RankedReplica;
  readonly error: TuttiError<"server.unavailable">;
}

/** The error of an only replica names the server already. */
function noReplicaAnswers(server: string, failures: readonly Failure[]): TuttiError<"server.unavailable"> {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first.error;
  const tried = failures.map(({ replica, error }) => `"${replica.replica.name}" (${reasonOf(error)})`).join(", ");
  const stderr = failures.flatMap(({ error }) => error.details.stderr ?? []);
  const message = `server "${server}" is not available, none of its ${failures.length} replicas: ${tried}`;
  return new TuttiError("server.unavailable", message, { server, stderr }, { cause: first?.error });
}

/** Without the name of the connection, which stands beside it. */
function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? cause.message : message;
}
