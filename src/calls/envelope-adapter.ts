import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { IdSource, TraceIdSource } from "../base/ids.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import { DEFAULT_ERROR_POLICY, type ErrorPolicyLimits } from "../envelope/normalize-error-policy.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";
import type { AccessConfig } from "../model/access.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ServerConfig } from "../model/server.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { Health } from "../ports/health.ts";
import type { Connections, Servers } from "../ports/connections.ts";
import type { Fallback, RegisteredService } from "./adapter-settings.ts";
import { answerMemory } from "./answer-memory.ts";
import { callBatch, type Settled } from "./call-batch.ts";
import { callGuards } from "./call-guards.ts";
import { createToolCaller } from "./call-path.ts";
import { type AdapterState, callService } from "./call-service.ts";
import type { ContextInjector } from "./context-injector.ts";
import { contextInjectors } from "./context-injectors.ts";
import { askedOutsideContext, outsideContext } from "./outside-context.ts";
import { rememberSecrets } from "./remember-secrets.ts";

/** What an adapter needs from the world. */
export interface EnvelopeAdapterPorts {
  /** The owner closes them. */
  readonly connections: Connections;
  /** The same by the names of servers. Default: the connections, for servers without replicas. */
  readonly about?: Servers;
  /** What the owner says of the servers behind the connections; the name of a server is the name of its service. */
  readonly servers: readonly ServerConfig[];
  readonly clock: Clock;
  readonly ids: IdSource & TraceIdSource;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** Who may do what. Without it every tool for which its server demands a permission is refused. */
  readonly access?: AccessConfig;
  /** Default: nothing is recorded. */
  readonly audit?: AuditLog;
  /** Calls in flight at once, to all servers. Default 50. */
  readonly maxConcurrentCalls?: number;
  /** What holds for all servers together. Default: nothing is shared or limited. */
  readonly settings?: Pick<ServerSettings, "sharedResources" | "clientRate">;
  /** How the replicas of servers are doing. Default: all are taken for well. */
  readonly health?: Health;
  /** For services without one of their own, where the message says nothing. Default fail_fast, 3 attempts of 30 s. */
  readonly defaultPolicy?: ErrorPolicy;
  /** The most that a message may ask for. */
  readonly policyLimits?: ErrorPolicyLimits;
  /** For one call with all its attempts and alternatives. Default 5 minutes. */
  readonly totalTimeoutMs?: Ms;
}

export interface CallToolOptions {
  readonly signal?: AbortSignal;
  /**
   * The same for calls that are one and the same, also of another process: servers that honour the key do it once.
   * Default: every call of this function has a new one, and its attempts share it.
   */
  readonly idempotencyKey?: string;
}

/**
 * The bridge from envelopes to MCP servers, those that know envelopes and those that do not. Calls take the same path
 * as those of workflows: permissions, audit, injectors, limits.
 *
 * What the meta of an envelope says of its sender is believed: whoever calls has verified it.
 */
export interface EnvelopeAdapter {
  /**
   * Asks a server what it can do, and makes it a service that can be called.
   *
   * @throws TuttiError `server.not-found`, `server.unavailable` - it is then not registered
   */
  registerServer(service: string, options?: RegisterServerOptions): Promise<RegisteredService>;
  /** What is known of a service; undefined when it is not registered. */
  service(service: string): RegisteredService | undefined;
  /** Sets the injector of a service, in place of the one that it has; also before the server is registered. */
  registerInjector(service: string, injector: ContextInjector): void;
  /** Takes the injector of a service away, also the default one; every call fails until there is another. */
  removeInjector(service: string): void;
  /** What holds for calls of a service whose message says nothing. It bounds what messages may ask for. */
  setErrorPolicy(service: string, policy: ErrorPolicy): void;
  /**
   * Uses a tool, and repeats, replaces or reports a failure as the error policy says.
   *
   * @throws TuttiError `call.failed`, whose `details.error` is the error as an envelope carries it
   */
  callTool(service: string, envelope: Envelope<McpToolCall>, options?: CallToolOptions): Promise<Envelope<McpToolResponse>>;
  /**
   * Makes many calls, a few at once. One that fails does not keep the others from being made.
   *
   * @returns how each ended, in the order of the calls; what `callTool` would reject with is in there
   * @throws TuttiError `input.invalid` - `atOnce` is no whole number from 1 to 1,000
   */
  callBatch(calls: readonly BatchedCall[], options?: CallBatchOptions): Promise<readonly Settled<Envelope<McpToolResponse>>[]>;
}

/** One of the calls of a batch. */
export interface BatchedCall {
  readonly service: string;
  readonly envelope: Envelope<McpToolCall>;
  /** As in {@link CallToolOptions}. */
  readonly idempotencyKey?: string;
}

export interface CallBatchOptions {
  /** How many are on their way at once. Default 5. */
  readonly atOnce?: number;
  /** What has not begun when it aborts is not made. */
  readonly signal?: AbortSignal;
}

export interface RegisterServerOptions {
  readonly signal?: AbortSignal;
  /** What may stand in for its tools under `best_effort`, by tool name. */
  readonly fallbacks?: Readonly<Record<string, Fallback>>;
}

const TOTAL_TIMEOUT_MS: Ms = 300_000;

/** An adapter without services. */
export function createEnvelopeAdapter(ports: EnvelopeAdapterPorts): EnvelopeAdapter {
  const { clock } = ports;
  const connections = outsideContext(ports.connections);
  const servers = new Map(ports.servers.map((server) => [server.name, server]));
  const about = ports.about === undefined ? connections : askedOutsideContext(ports.about);
  const injectors = contextInjectors(servers, about);
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  const guards = callGuards({ ...ports, servers });
  const services = new Map<string, RegisteredService>();
  const policies = new Map<string, ErrorPolicy>();
  const state: AdapterState = {
    ...ports,
    about,
    servers,
    injectors,
    services,
    caller: createToolCaller({ ...ports, connections, about, servers, secrets, guards, injectors }),
    answers: answerMemory(clock),
    policyOf: (service) => policies.get(service) ?? ports.defaultPolicy ?? DEFAULT_ERROR_POLICY,
    totalMs: ports.totalTimeoutMs ?? TOTAL_TIMEOUT_MS,
  };
  const callTool: EnvelopeAdapter["callTool"] = async (
    service,
    envelope,
    { signal = new AbortController().signal, idempotencyKey = ports.ids.next() } = {},
  ) => await callService(state, service, envelope, { signal, idempotencyKey });
  return {
    async registerServer(service, { signal = new AbortController().signal, fallbacks = {} } = {}) {
      const registered = { ...(await askServer(about, service, signal)), fallbacks };
      services.set(service, registered);
      // Never in place of one that was registered for it: that one may be what keeps tenants apart.
      if (!injectors.has(service)) injectors.installDefault(service);
      return registered;
    },
    service: (service) => services.get(service),
    registerInjector: (service, injector) => injectors.register(service, injector),
    removeInjector: (service) => injectors.remove(service),
    setErrorPolicy: (service, policy) => void policies.set(service, policy),
    callTool,
    callBatch: async (calls, { atOnce, signal = new AbortController().signal } = {}) =>
      await callBatch(
        calls,
        async ({ service, envelope, idempotencyKey }) => await callTool(service, envelope, { signal, ...defined({ idempotencyKey }) }),
        { atOnce, signal },
      ),
  };
}

async function askServer(about: Servers, service: string, signal: AbortSignal): Promise<Omit<RegisteredService, "fallbacks">> {
  const facts = await about.facts(service, signal);
  const tools = await about.tools(service, signal);
  if (tools.length > 0) return { facts, tools };
  throw new TuttiError("server.unavailable", `server "${service}" offers no tools, so there is nothing to call`, { server: service });
}
