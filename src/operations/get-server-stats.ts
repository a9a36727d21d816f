import type { GetServerStatsOutput } from "../contract/get-server-stats.ts";
import type { Alert } from "../model/alert.ts";
import type { ServerStats } from "../model/server-stats.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface GetServerStatsPorts {
  readonly stats: () => { readonly upMs: number; readonly servers: readonly ServerStats[] };
  readonly firing: () => readonly Alert[];
}

/** Servers are everybody's. An alert about an execution is only for those who see the executions of all tenants. */
export function getServerStats({ stats, firing }: GetServerStatsPorts, { caller }: Pick<OperationContext, "caller">): GetServerStatsOutput {
  const all = visibleTenant(caller) === undefined;
  return { ...stats(), alerts: firing().filter(({ server }) => all || server !== undefined) };
}
