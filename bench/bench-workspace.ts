import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { Supervisor } from "../src/engine/supervisor.ts";
import { openWorkspace, type Workspace } from "../src/main/workspace.ts";
import type { ServerConfig } from "../src/model/server.ts";
import type { Catalog } from "../src/model/tool.ts";
import type { Resources } from "../src/model/workflow.ts";
import type { Journal } from "../src/ports/journal.ts";

/** A workspace, and the supervisor of what runs on it. */
export interface BenchWorkspace extends Workspace {
  readonly supervisor: Supervisor;
}

/** A server of this folder, over stdio. */
export interface BenchServer {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  /** Calls in flight at once. */
  readonly places: number;
  readonly resources?: Resources;
}

/** The whole product below the command line. Nobody watches or is asked. */
export function openBenchWorkspace(options: {
  readonly journal: Journal;
  readonly servers: readonly BenchServer[];
  /** Calls in flight at once, to all servers. */
  readonly places: number;
}): BenchWorkspace {
  const workspace = openWorkspace({
    servers: options.servers.map(configOf),
    clock: systemClock,
    secrets: { get: async () => undefined },
    access: { roles: {}, tenants: {} },
    audit: { record: async () => undefined },
    elicitor: { ask: async () => undefined },
    log: { write: () => undefined },
    maxConcurrentCalls: options.places,
    version: "0.0.0",
  });
  const news = { publish: () => undefined };
  const { caller } = workspace;
  const supervisor = new Supervisor({ journal: options.journal, caller, news, clock: systemClock, ids: randomIds, random: Math.random });
  return {
    ...workspace,
    supervisor,
    async [Symbol.asyncDispose]() {
      await using _servers = workspace;
      await supervisor[Symbol.asyncDispose]();
    },
  };
}

function configOf({ name, file, args = [], places, resources }: BenchServer): ServerConfig {
  return {
    name,
    connection: { kind: "stdio", command: process.execPath, args: [join(import.meta.dirname, file), ...args], env: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    maxConcurrentCalls: places,
    ...(resources === undefined ? {} : { resources }),
  };
}

/** The tools of servers, for planning. */
export async function catalogOfBench(workspace: Workspace, servers: readonly BenchServer[]): Promise<Catalog> {
  const names = servers.map(({ name }) => name);
  return await workspace.pool.catalogs.catalog(names, new AbortController().signal);
}
