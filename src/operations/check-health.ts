import { defined } from "../base/defined.ts";
import type { CheckHealthInput, HealthReport, ServerHealth } from "../contract/check-health.ts";
import { healthOfAll } from "../model/health.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { askStatus } from "./ask-status.ts";
import { configFaults } from "./config-faults.ts";
import type { OperationContext } from "./operation-context.ts";
import type { OutsidePorts } from "./outside-execution.ts";
import { recommend } from "./recommend.ts";
import { replicaVerdict } from "./replica-verdict.ts";

export interface CheckHealthPorts extends OutsidePorts {
  readonly servers: ReadonlyMap<string, Pick<ServerConfig, "effects" | "requires" | "permissions">>;
  readonly discovery: Discovery;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
}

/**
 * Asks all servers with all their replicas how they are doing, side by side.
 *
 * @throws TuttiError `server.not-found`
 */
export async function checkHealth(input: CheckHealthInput, ports: CheckHealthPorts, context: OperationContext): Promise<HealthReport> {
  const records = await ports.discovery.discover(input.servers, context.signal);
  const servers = await Promise.all(records.map((record) => healthOf(record, ports, context)));
  return { status: healthOfAll(servers.map(({ status }) => status)), checkedAtMs: ports.clock.nowMs(), servers };
}

async function healthOf(record: ServerRecord, ports: CheckHealthPorts, context: OperationContext): Promise<ServerHealth> {
  const { serverId: server, health, replicas } = record;
  const config = ports.servers.get(server);
  const told = await askStatus(record, config?.effects ?? {}, ports, context);
  const [first] = replicas.map(({ answer }) => answer).filter((answer) => answer.kind === "answered");
  const faults = await configFaults(record, config, ports.security);
  const { trouble, ...known } = { ...defined({ version: first?.version, uptimeMs: first?.uptimeMs }), ...told };
  return {
    server,
    status: trouble === undefined ? health.status : healthOfAll([health.status, trouble.status]),
    ...defined({ responseMs: health.responseMs }),
    ...known,
    endpoints: replicas.map(replicaVerdict),
    recommendations: [
      ...recommend(record),
      ...(trouble === undefined ? [] : [`Look into "${server}": ${trouble.words}.`]),
      ...faults.map((fault) => `Mend the configuration of "${server}": ${fault}.`),
    ],
  };
}
