import { defined } from "../base/defined.ts";
import { quoted } from "../base/visible.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { replicasOf } from "../model/replica.ts";
import type { ServerAddress, ServerConfig } from "../model/server.ts";
import { connectionConfig, withNetworkKeys } from "./connection-config.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { replicaConfigs } from "./replica-config.ts";
import type { PlacedReplica } from "./replica-entry.ts";
import type { ServerEntry } from "./server-entry.ts";

/** Makes the final configuration of one server; undefined when something is wrong with it, which has been reported. */
export function serverConfig(name: string, entry: ServerEntry, reading: Reading, around: EntrySurroundings): ServerConfig | undefined {
  const { replicas = [], ...rest } = entry;
  if (!isWhole(entry) && replicas.length > 0) return serverOfReplicas(name, { ...rest, replicas }, reading, around);
  const connection = connectionConfig(entry, "server", reading, around);
  if (connection === undefined) {
    replicaConfigs(replicas, [], within(reading, "replicas"), around);
    return undefined;
  }
  return withReplicas(withEntry(serverAt(name, connection), rest), entry, reading, around);
}

/** Whether the entry says how the server is reached. */
export function isWhole({ command, url }: ServerEntry): boolean {
  return command !== undefined || url !== undefined;
}

/** The configuration of a server that stands elsewhere with all that this entry says besides. */
export function addToServer(base: ServerConfig, entry: ServerEntry, reading: Reading, around: EntrySurroundings): ServerConfig {
  refuseKeys(["type", "args", "env", "envFile", "cwd", "headers"], entry, reading);
  const connection = addToConnection(base.connection, entry, reading, around);
  return withReplicas(withEntry({ ...base, connection }, entry), entry, reading, around);
}

function serverAt(name: string, connection: ServerAddress): ServerConfig {
  return { name, connection, honoursIdempotencyKey: false, effects: {}, requires: {} };
}

/** The first in the list gives the server its connection. */
function serverOfReplicas(
  name: string,
  entry: ServerEntry & { readonly replicas: readonly PlacedReplica[] },
  reading: Reading,
  around: EntrySurroundings,
): ServerConfig | undefined {
  refuseKeys(["type", "args", "env", "envFile", "cwd", "headers", "tls", "insecure", "tier"], entry, reading);
  const [first, ...others] = replicaConfigs(entry.replicas, [], within(reading, "replicas"), around);
  if (first === undefined) return undefined;
  const server = { ...withEntry(serverAt(name, first.connection), entry), tier: first.tier };
  // What is not said of a replica is taken from the server, and must not be that of the first one only.
  const resources = entry.resources ?? {};
  const replicas = first.resources === undefined ? others : others.map((replica) => ({ resources, ...replica }));
  const several = replicas.length === 0 ? {} : { replicaName: first.name, replicas };
  return checked({ ...server, ...several, ...defined({ resources: first.resources ?? entry.resources }) }, entry, reading);
}

const KEYS: Readonly<Partial<Record<keyof ServerEntry, string>>> = { envFile: "env_file" };

/** Keys that say how a server is reached, in an entry that does not say it. */
function refuseKeys(properties: readonly (keyof ServerEntry)[], entry: ServerEntry, reading: Reading): void {
  for (const property of properties) {
    if (entry[property] === undefined) continue;
    const key = KEYS[property] ?? property;
    const message = `${quoted(key)} goes with the "command" or "url" that it is about, and here is none: put it there`;
    report(within(reading, key), "misplaced-key", message, { atKey: true });
  }
}

function addToConnection(connection: ServerAddress, entry: ServerEntry, reading: Reading, around: EntrySurroundings): ServerAddress {
  if (entry.tls === undefined && entry.insecure === undefined) return connection;
  if (connection.kind === "http" || connection.kind === "websocket") return withNetworkKeys(connection, entry, reading, around);
  for (const key of ["tls", "insecure"] as const) {
    if (entry[key] !== undefined) report(within(reading, key), "contradiction", `${quoted(key)} goes with a "url"`, { atKey: true });
  }
  return connection;
}

function withReplicas(server: ServerConfig, entry: ServerEntry, reading: Reading, around: EntrySurroundings): ServerConfig {
  if (entry.replicas === undefined) return checked(server, entry, reading);
  const { replicas: _, ...alone } = server;
  const names = replicasOf(alone).map(({ name }) => name);
  return checked({ ...alone, replicas: replicaConfigs(entry.replicas, names, within(reading, "replicas"), around) }, entry, reading);
}

/** Reports what an entry asks of a server and what the server, as it now is, cannot do. */
function checked(server: ServerConfig, entry: ServerEntry, reading: Reading): ServerConfig {
  if (entry.hedgeAfterMs !== undefined && (server.replicas ?? []).length === 0) {
    const message = '"hedge_after" has no effect: the server has no second replica that could be asked too';
    report(within(reading, "hedge_after"), "no-effect", message, { severity: "warning", atKey: true });
  }
  if (server.profile === "sequential" && (server.maxConcurrentCalls ?? 1) > 1) {
    const message = 'a server with the profile "sequential" gets one call at a time: leave out "max_concurrent_calls", or make it 1';
    report(within(reading, entry.maxConcurrentCalls === undefined ? "profile" : "max_concurrent_calls"), "contradiction", message);
  }
  return server;
}

/** With all that an entry says, but for how the server is reached. */
function withEntry(base: ServerConfig, entry: ServerEntry): ServerConfig {
  const { effects, requires, permissions } = entry;
  return {
    ...base,
    effects: { ...base.effects, ...effects },
    requires: { ...base.requires, ...requires },
    ...(permissions === undefined ? {} : { permissions: { ...base.permissions, ...permissions } }),
    ...defined({
      honoursIdempotencyKey: entry.honoursIdempotencyKey,
      maxConcurrentCalls: entry.maxConcurrentCalls,
      connectTimeoutMs: entry.connectTimeoutMs,
      protocolEra: entry.protocolEra,
      trusted: entry.trusted,
      context: entry.context,
      metaSections: entry.metaSections,
      sensitive: entry.sensitive,
      injector: entry.injector,
      tier: entry.tier,
      breaker: entry.breaker,
      rateLimits: entry.rateLimits,
      retryBudget: entry.retryBudget,
      hedgeAfterMs: entry.hedgeAfterMs,
      resources: entry.resources,
      healthIntervalMs: entry.healthIntervalMs,
      profile: entry.profile,
    }),
  };
}
