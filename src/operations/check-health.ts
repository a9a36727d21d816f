import { defined } from "../base/defined.ts";
import type { CheckHealthInput, HealthReport, ServerHealth } from "../contract/check-health.ts";
import type { ReplicaVerdict } from "../contract/server-health.ts";
import { healthOfAll, healthOfSystem } from "../model/health.ts";
import type { ReplicaRecord, ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { HealthPages } from "../ports/health-pages.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { askStatus } from "./ask-status.ts";
import { configFaults } from "./config-faults.ts";
import { discoverPatiently } from "./discover-patiently.ts";
import type { OperationContext } from "./operation-context.ts";
import type { OutsidePorts } from "./outside-execution.ts";
import { recommend } from "./recommend.ts";
import { replicaVerdict } from "./replica-verdict.ts";
import { readToldStatus } from "./told-status.ts";
import type { ToldStatus } from "./told-status.ts";

export interface CheckHealthPorts extends OutsidePorts {
  readonly servers: ReadonlyMap<string, Pick<ServerConfig, "effects" | "requires" | "permissions">>;
  readonly discovery: Discovery;
  readonly pages: HealthPages;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
}

/**
 * Asks all servers with all their replicas how they are doing, side by side.
 *
 * @throws TuttiError `server.not-found`
 */
export async function checkHealth(input: CheckHealthInput, ports: CheckHealthPorts, context: OperationContext): Promise<HealthReport> {
  const records = await discoverPatiently(input.servers, ports, context.signal);
  const servers = await Promise.all(records.map((record) => healthOf(record, ports, context)));
  return { status: healthOfSystem(servers.map(({ status }) => status)), checkedAtMs: ports.clock.nowMs(), servers };
}

async function healthOf(record: ServerRecord, ports: CheckHealthPorts, context: OperationContext): Promise<ServerHealth> {
  const { serverId: server, health, replicas } = record;
  const config = ports.servers.get(server);
  const [endpoints, status, faults] = await Promise.all([
    Promise.all(replicas.map((replica) => endpointOf(replica, ports.pages, context.signal))),
    askStatus(record, config?.effects ?? {}, ports, context),
    configFaults(record, config, ports.security),
  ]);
  const answering = endpoints.find(({ verdict }) => verdict.responseMs !== undefined);
  const { version, uptimeMs } = { ...answering?.verdict, ...status };
  const troubles = [...endpoints.map(({ trouble }) => trouble), status?.trouble].filter((trouble) => trouble !== undefined);
  return {
    server,
    status: healthOfAll([health.status, ...troubles.map((trouble) => trouble.status)]),
    ...defined({ responseMs: health.responseMs, version, uptimeMs }),
    endpoints: endpoints.map(({ verdict }) => verdict),
    recommendations: [
      ...recommend(record),
      ...troubles.map(({ words }) => `Look into "${server}": ${words}.`),
      ...faults.map((fault) => `Mend the configuration of "${server}": ${fault}.`),
    ],
  };
}

/** What is known of a replica, and what it says of itself. */
async function endpointOf(
  replica: ReplicaRecord,
  pages: HealthPages,
  signal: AbortSignal,
): Promise<{ readonly verdict: ReplicaVerdict; readonly trouble?: ToldStatus["trouble"] }> {
  const page = await pages.page(replica.connection, signal);
  const { trouble, ...told } = page === undefined ? {} : readToldStatus(page);
  return { verdict: { ...replicaVerdict(replica), ...told }, ...defined({ trouble }) };
}
