import { createHash } from "node:crypto";
import { join } from "node:path";
import { ToolError } from "tutti/server";
import { startWorkerProcess, type WorkerLimits, type WorkerProcess } from "./worker-process.ts";

/*
 * P1. A tenant has at most one process of this server, and each process serves one tenant.
 * P2. At most `processesMax` are there; the idle one that was used longest ago makes room.
 */

export interface WorkerPool extends AsyncDisposable {
  /** Works with the process of a tenant, which is there until the work has ended. */
  with<T>(call: { readonly tenant: string; readonly signal: AbortSignal }, work: (worker: WorkerProcess) => Promise<T>): Promise<T>;
  readonly open: number;
}

export interface PoolSettings extends WorkerLimits {
  /** The folder with a file for each tenant. */
  readonly directory: string;
  readonly processesMax: number;
  readonly megabytesMax: number;
}

/** Others can be waited for only so long. */
const WAITING_MAX = 200;

/** Of two processes on one file the second waits so long at most; it has to be less than what a statement may take. */
const BUSY_SHARE = 0.5;

export function workerPool(settings: PoolSettings): WorkerPool {
  // In the order of their use (P2).
  const workers = new Map<string, Held>();
  const waiting: (() => void)[] = [];
  let closed = false;
  const start = (tenant: string): WorkerProcess =>
    startWorkerProcess(
      {
        path: tenantPath(settings.directory, tenant),
        parentPid: process.pid,
        megabytesMax: settings.megabytesMax,
        busyTimeoutMs: Math.round(settings.statementTimeoutMs * BUSY_SHARE),
      },
      settings,
    );
  // Taken in the same turn in which it was found, or somebody else would have it retired.
  const take = (tenant: string): Held | undefined => {
    const known = workers.get(tenant);
    const alive = known?.worker.alive === true;
    if (!alive && known === undefined && workers.size >= settings.processesMax) return undefined;
    const held = alive ? known : { worker: start(tenant), users: 0 };
    workers.delete(tenant);
    workers.set(tenant, held);
    held.users += 1;
    return held;
  };
  const place = async (tenant: string, signal: AbortSignal): Promise<Held> => {
    for (;;) {
      if (closed) throw new ToolError("the server is closing", { type: "External" });
      if (signal.aborted) throw new ToolError("the call was cancelled", { type: "External" });
      const held = take(tenant);
      if (held !== undefined) return held;
      const idle = [...workers].find(([, { users }]) => users === 0);
      if (idle === undefined) await nextEnd(waiting);
      else await retire(idle);
    }
  };
  const retire = async ([tenant, { worker }]: [string, Held]): Promise<void> => {
    workers.delete(tenant);
    await worker[Symbol.asyncDispose]();
  };
  return {
    get open() {
      return workers.size;
    },
    async with({ tenant, signal }, work) {
      const held = await place(tenant, signal);
      try {
        return await work(held.worker);
      } finally {
        held.users -= 1;
        if (!held.worker.alive && workers.get(tenant) === held) workers.delete(tenant);
        waiting.shift()?.();
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const wake of waiting.splice(0)) wake();
      await Promise.all([...workers].map(retire));
    },
  };
}

interface Held {
  readonly worker: WorkerProcess;
  /** Calls that are under way or wait. */
  users: number;
}

async function nextEnd(waiting: (() => void)[]): Promise<void> {
  if (waiting.length >= WAITING_MAX) {
    throw new ToolError("too many tenants at once", { type: "External", httpStatusCode: 429, retryAfter: 1 });
  }
  await new Promise<void>((resolve) => waiting.push(resolve));
}

/** Tenants may have any name: no name leads anywhere, and none is that of another on a file system without capitals. */
function tenantPath(directory: string, tenant: string): string {
  return join(directory, `${createHash("sha256").update(tenant).digest("hex").slice(0, 40)}.db`);
}
