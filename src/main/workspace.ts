import type { Clock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import { createToolCaller } from "../calls/call-path.ts";
import { Supervisor } from "../engine/supervisor.ts";
import type { Journal } from "../ports/journal.ts";
import type { NewsSink } from "../ports/news.ts";
import type { Secrets } from "../ports/secrets.ts";
import { openServerPool } from "./server-pool.ts";
import type { ServerPool, ServerPoolOptions } from "./server-pool.ts";

/** A set of servers with the supervisor of the executions that run on them. Disposing stops driving, then closes the servers. */
export interface Workspace extends AsyncDisposable {
  readonly pool: ServerPool;
  readonly supervisor: Supervisor;
}

export interface WorkspaceOptions extends ServerPoolOptions {
  readonly journal: Journal;
  readonly news: NewsSink;
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Calls in flight at once, to all servers. */
  readonly maxConcurrentCalls: number;
}

const CALLS_PER_SERVER = 5;

/** Brings together what executions on these servers need. */
export function openWorkspace(options: WorkspaceOptions): Workspace {
  const pool = openServerPool(options);
  const limitOf = new Map(options.servers.map((server) => [server.name, server.maxConcurrentCalls ?? CALLS_PER_SERVER]));
  const limits = { total: options.maxConcurrentCalls, perServer: (server: string) => limitOf.get(server) ?? CALLS_PER_SERVER };
  const { journal, news, clock, secrets } = options;
  const caller = createToolCaller({ connections: pool.connections, secrets, clock, limits });
  const supervisor = new Supervisor({ journal, caller, news, clock, ids: randomIds, random: Math.random });
  return {
    pool,
    supervisor,
    async [Symbol.asyncDispose]() {
      await using _connections = pool;
      await supervisor[Symbol.asyncDispose]();
    },
  };
}
