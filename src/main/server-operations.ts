import type { Clock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import { callTool } from "../contract/call-tool.ts";
import { checkHealth } from "../contract/check-health.ts";
import { checkServers } from "../contract/check-servers.ts";
import { getCapabilityMatrix } from "../contract/get-capability-matrix.ts";
import { listServers } from "../contract/list-servers.ts";
import { listTools } from "../contract/list-tools.ts";
import { callTool as handleCallTool } from "../operations/call-tool.ts";
import { checkHealth as handleCheckHealth } from "../operations/check-health.ts";
import { checkServers as handleCheckServers } from "../operations/check-servers.ts";
import { getCapabilityMatrix as handleGetCapabilityMatrix } from "../operations/get-capability-matrix.ts";
import { listServers as handleListServers } from "../operations/list-servers.ts";
import { listTools as handleListTools } from "../operations/list-tools.ts";
import type { OperationTable } from "./operation-table.ts";
import type { Workspace } from "./workspace.ts";

/** Adds what can be asked about servers and their tools. */
export function addServerOperations(
  table: OperationTable,
  { pool, caller }: Pick<Workspace, "pool" | "caller">,
  clock: Clock,
): OperationTable {
  const { servers, about, catalogs, discovery, pages, security } = pool;
  const outside = { caller, clock, ids: randomIds };
  return table
    .add(listServers, () => handleListServers([...servers.values()]))
    .add(checkServers, (input, context) => handleCheckServers(input, { servers, discovery, security }, context))
    .add(checkHealth, (input, context) => handleCheckHealth(input, { servers, discovery, pages, security, ...outside }, context))
    .add(getCapabilityMatrix, (input, context) => handleGetCapabilityMatrix(input, { servers, discovery, catalogs }, context))
    .add(listTools, (input, context) => handleListTools(input, { names: about.names, catalogs }, context))
    .add(callTool, (input, context) => handleCallTool(input, { connections: about, ...outside }, context));
}
