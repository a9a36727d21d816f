import { Semaphore } from "../base/semaphore.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";
import type { CallStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";

export interface CallLimits {
  /** Calls in flight in all. */
  readonly total: number;
  /** Calls in flight to one server. */
  perServer(server: string): number;
}

const CALLS_PER_SERVER = 5;

/** What the configuration of the servers allows; five calls where it does not say. */
export function callLimits(servers: ReadonlyMap<string, ServerConfig>, total: number): CallLimits {
  return { total, perServer: (server) => servers.get(server)?.maxConcurrentCalls ?? CALLS_PER_SERVER };
}

/** Waits until there is room for one more call, at the server and in all. The time for the call does not run yet. */
export function takePlace(limits: CallLimits): CallStage {
  const total = new Semaphore(limits.total);
  const servers = new Map<string, Semaphore>();
  return async (call, next) => {
    const { server } = call.request;
    const own = servers.get(server) ?? new Semaphore(limits.perServer(server));
    servers.set(server, own);
    if (call.signal.aborted) return notSent(call.request, CANCELLED);
    // The server first: a call that waits for a slow server must not keep a place from the others.
    const free = own.take();
    if (free && total.take()) return await leaving(next(call), total, own);
    if (free) own.give();
    call.gate.stage("waiting");
    try {
      using _server = await own.acquire(call.signal);
      using _total = await total.acquire(call.signal);
      return await next(call);
    } catch (error) {
      if (!call.signal.aborted) throw error;
      return notSent(call.request, CANCELLED);
    }
  };
}

const CANCELLED = "the call was cancelled while it waited for its turn";

async function leaving(ending: Promise<CallOutcome>, total: Semaphore, own: Semaphore): Promise<CallOutcome> {
  try {
    return await ending;
  } finally {
    total.give();
    own.give();
  }
}
