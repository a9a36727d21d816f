import { defined } from "../base/defined.ts";
import type { CheckServersInput, CheckServersOutput, ServerVerdict } from "../contract/check-servers.ts";
import { silencesOf } from "../model/server-record.ts";
import { serverUnavailable } from "../model/server-unavailable.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { configFaults } from "./config-faults.ts";
import type { OperationContext } from "./operation-context.ts";
import { replicaVerdict } from "./replica-verdict.ts";

export interface CheckServersPorts {
  readonly servers: ReadonlyMap<string, Pick<ServerConfig, "effects" | "requires" | "permissions">>;
  readonly discovery: Discovery;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
}

/**
 * Looks whether servers answer, all at once, and whether they have the tools of which their configuration speaks.
 *
 * @throws TuttiError `server.not-found`
 */
export async function checkServers(
  input: CheckServersInput,
  { servers, discovery, security }: CheckServersPorts,
  { signal }: OperationContext,
): Promise<CheckServersOutput> {
  const records = await discovery.discover(input.servers, signal);
  return {
    servers: await Promise.all(
      records.map(async (record) => verdict(record, await configFaults(record, servers.get(record.serverId), security))),
    ),
  };
}

function verdict(record: ServerRecord, warnings: readonly string[]): ServerVerdict {
  const { serverId: server, health, replicas, capabilities, limits, load } = record;
  const common = { server, health: health.status, replicas: replicas.map(replicaVerdict) };
  const [answered] = replicas.map(({ answer }) => answer).filter((answer) => answer.kind === "answered");
  if (answered !== undefined) {
    const { kind: _, uptimeMs: _uptime, ...facts } = answered;
    const { calls, resources, rates } = limits;
    return {
      status: "available",
      ...common,
      ...facts,
      capabilities,
      limits: { calls, resources, ...defined({ rates }) },
      ...defined({ load }),
      warnings,
    };
  }
  const { message, details } = serverUnavailable(server, silencesOf(record));
  return { status: "unavailable", ...common, message, stderr: details.stderr ?? [] };
}
