import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { Supervisor } from "../src/engine/supervisor.ts";
import { openWorkspace, type Workspace } from "../src/main/workspace.ts";
import type { ServerConfig } from "../src/model/server.ts";
import type { Catalog } from "../src/model/tool.ts";
import type { Journal } from "../src/ports/journal.ts";

/** A workspace, and the supervisor of what runs on it. */
export interface BenchWorkspace extends Workspace {
  readonly supervisor: Supervisor;
}

/** The whole product below the command line, on one server of this folder that has the name `s`. Nobody watches or is asked. */
export function openBenchWorkspace(options: {
  readonly journal: Journal;
  readonly file: string;
  readonly args?: readonly string[];
  /** Calls in flight at once. */
  readonly places: number;
}): BenchWorkspace {
  const args = [join(import.meta.dirname, options.file), ...(options.args ?? [])];
  const server: ServerConfig = {
    name: "s",
    connection: { kind: "stdio", command: process.execPath, args, env: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    maxConcurrentCalls: options.places,
  };
  const workspace = openWorkspace({
    servers: [server],
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

/** The tools of the server, for planning. */
export async function catalogOfBench(workspace: Workspace): Promise<Catalog> {
  return await workspace.pool.catalogs.catalog(["s"], new AbortController().signal);
}
