import type { Clock } from "../base/clock.ts";
import { printDuration } from "../base/duration.ts";
import type { Meta } from "../envelope/meta.ts";
import type { RateLimit, RateLimits, ServerConfig } from "../model/server.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import { ClientWindows } from "./client-windows.ts";
import type { RatedCall } from "./rate-queue.ts";
import { RateWindow } from "./rate-window.ts";

export interface RateWindowsOptions {
  /** By name; may change while calls are on their way. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** For the calls of each client to all servers together. */
  readonly clients?: RateLimit | undefined;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** Finds the windows that a call must pass, and forgets those of clients that have made no calls for a while. */
export class RateWindows {
  readonly #options: RateWindowsOptions;
  readonly #clients: ClientWindows | undefined;
  readonly #servers = new Map<string, ServerWindows>();
  #made = 0;

  constructor(options: RateWindowsOptions) {
    this.#options = options;
    this.#clients = options.clients && new ClientWindows(options.clients);
  }

  /** Undefined where there is no limit. */
  of({ request, meta }: CallOnItsWay): RatedCall | undefined {
    const server = this.#serverWindows(request.server);
    if (server === undefined && this.#clients === undefined) return undefined;
    const client = clientOf(meta);
    const nowMs = this.#options.clock.monotonicMs();
    const ofClient = [this.#clients, server?.perClient].map((each) => each?.of(client, nowMs));
    const tool = server?.tools.get(request.tool);
    const windows = [...ofClient, server?.calls, tool].filter((window) => window !== undefined);
    const lane = `${server?.id ?? 0} ${tool === undefined ? "" : request.tool}`;
    return windows.length === 0 ? undefined : { client, lane, windows };
  }

  /** What a call waits for, for people. */
  describe({ request }: CallOnItsWay): string {
    const { clients, servers } = this.#options;
    const limits = servers.get(request.server)?.rateLimits ?? {};
    const tool = toolLimits(limits).get(request.tool);
    return [
      ...(limits.calls === undefined ? [] : [`server "${request.server}" gets ${printRate(limits.calls)}`]),
      ...(tool === undefined ? [] : [`${request.server}.${request.tool} gets ${printRate(tool)}`]),
      ...(limits.perClient === undefined ? [] : [`server "${request.server}" gets ${printRate(limits.perClient)} from each client`]),
      ...(clients === undefined ? [] : [`each client may make ${printRate(clients)}`]),
    ].join(", ");
  }

  #serverWindows(name: string): ServerWindows | undefined {
    const limits = this.#options.servers.get(name)?.rateLimits;
    if (limits === undefined) return undefined;
    const kept = this.#servers.get(name);
    if (kept?.limits === limits) return kept;
    const { calls, perClient } = limits;
    const made = {
      id: (this.#made += 1),
      limits,
      calls: calls && new RateWindow(calls),
      perClient: perClient && new ClientWindows(perClient),
      tools: new Map([...toolLimits(limits)].map(([tool, limit]) => [tool, new RateWindow(limit)])),
    };
    this.#servers.set(name, made);
    return made;
  }
}

interface ServerWindows {
  /** Also tells them from those that the server had before its configuration changed. */
  readonly id: number;
  /** From which these were made. */
  readonly limits: RateLimits;
  readonly calls: RateWindow | undefined;
  readonly perClient: ClientWindows | undefined;
  readonly tools: ReadonlyMap<string, RateWindow>;
}

/** A user of a tenant, or a tenant. All that are neither are one client. */
function clientOf({ tenant, security }: Meta): string {
  return JSON.stringify([tenant ?? null, security?.userId ?? null]);
}

function toolLimits({ tools = {} }: RateLimits): ReadonlyMap<string, RateLimit> {
  return new Map(Object.entries(tools));
}

function printRate({ count, perMs }: RateLimit): string {
  return `${count} ${count === 1 ? "call" : "calls"} in ${printDuration(perMs)}`;
}
