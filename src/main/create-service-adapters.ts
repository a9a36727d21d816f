import { multiServiceServers } from "../calls/multi-service-servers.ts";
import type { MultiServiceOverrides } from "../calls/multi-service-servers.ts";
import { TuttiError } from "../model/errors.ts";
import type { DatabaseInjectorConfig, EmailInjectorConfig, ServerConfig } from "../model/server.ts";
import { openEnvelopeAdapter } from "./open-envelope-adapter.ts";
import type { EnvelopeAdapterOptions, OpenEnvelopeAdapter } from "./open-envelope-adapter.ts";

type CommonOptions = Omit<EnvelopeAdapterOptions, "servers">;

/** A server, and what its injector is told. */
interface ServiceOptions<Injector> extends CommonOptions {
  readonly connection: ServerConfig["connection"];
  readonly injector: Omit<Injector, "kind">;
  /** What else is to be said of the server. */
  readonly server?: Partial<Omit<ServerConfig, "name" | "connection" | "injector">>;
}

export type DatabaseAdapterOptions = ServiceOptions<DatabaseInjectorConfig>;

export type EmailAdapterOptions = ServiceOptions<EmailInjectorConfig>;

export interface MultiServiceAdapterOptions extends CommonOptions {
  readonly services?: MultiServiceOverrides;
  /** The example addresses of email and analytics, which are without TLS, are in a network that is trusted. Default false: they are refused. */
  readonly insecure?: boolean;
}

/**
 * An adapter with the service `database_service`, whose SQL is confined to the tenant of each call.
 *
 * @throws TuttiError `server.unavailable`
 */
export async function createDatabaseAdapter({
  connection,
  injector,
  server,
  ...options
}: DatabaseAdapterOptions): Promise<OpenEnvelopeAdapter> {
  const config = { ...COMMON, ...server, name: "database_service", connection, injector: { ...injector, kind: "database" as const } };
  return await openServices([config], options);
}

/**
 * An adapter with the service `email_service`, which sends as the tenant of each call and only to whom it may write.
 *
 * @throws TuttiError `server.unavailable`
 */
export async function createEmailAdapter({ connection, injector, server, ...options }: EmailAdapterOptions): Promise<OpenEnvelopeAdapter> {
  const config = { ...COMMON, ...server, name: "email_service", connection, injector: { ...injector, kind: "email" as const } };
  return await openServices([config], options);
}

/**
 * An adapter with the services `database` (stdio), `email` (HTTP) and `analytics` (WebSocket), each at its example address
 * unless it is told otherwise.
 *
 * @throws TuttiError `server.unavailable` - with what is wrong with each service that cannot be reached
 */
export async function createMultiServiceAdapter({
  services,
  insecure,
  ...options
}: MultiServiceAdapterOptions = {}): Promise<OpenEnvelopeAdapter> {
  return await openServices(multiServiceServers(services, insecure), options);
}

const COMMON = { honoursIdempotencyKey: false, effects: {}, requires: {} } as const;

/** All or none. */
async function openServices(servers: readonly ServerConfig[], options: CommonOptions): Promise<OpenEnvelopeAdapter> {
  await using resources = new AsyncDisposableStack();
  const adapter = resources.use(await openEnvelopeAdapter({ ...options, servers }));
  const registered = await Promise.allSettled(servers.map(async ({ name }) => await adapter.registerServer(name)));
  const reasons = registered.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  const [first] = reasons;
  if (first !== undefined) throw reasons.length === 1 ? first : unavailable(servers, registered, reasons);
  resources.move();
  return adapter;
}

function unavailable(
  servers: readonly ServerConfig[],
  registered: readonly PromiseSettledResult<unknown>[],
  reasons: readonly Error[],
): TuttiError {
  const server = servers[registered.findIndex(({ status }) => status === "rejected")]?.name ?? "";
  return new TuttiError(
    "server.unavailable",
    reasons.map(({ message }) => message).join("; "),
    { server },
    { cause: new AggregateError(reasons) },
  );
}
