import { getServerStats as contract } from "../contract/get-server-stats.ts";
import type { GetServerStatsOutput } from "../contract/get-server-stats.ts";
import type { Alert } from "../model/alert.ts";
import { ADMIN_PERMISSION } from "../model/permissions.ts";
import type { ServerStats } from "../model/server-stats.ts";
import type { OperationContext } from "./operation-context.ts";
import { requirePermission } from "./require-permission.ts";
import type { PermissionPorts } from "./require-permission.ts";

export interface GetServerStatsPorts extends PermissionPorts {
  readonly stats: () => { readonly upMs: number; readonly servers: readonly ServerStats[] };
  readonly firing: () => readonly Alert[];
}

/**
 * Tells what was measured. That is of all tenants together: each may have brought servers of its own.
 *
 * @throws TuttiError `access.denied`
 */
export async function getServerStats(
  ports: GetServerStatsPorts,
  { caller }: Pick<OperationContext, "caller">,
): Promise<GetServerStatsOutput> {
  await requirePermission({ permission: ADMIN_PERMISSION, operation: contract.name }, ports, caller);
  return { ...ports.stats(), alerts: ports.firing() };
}
