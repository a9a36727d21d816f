import type { Clock } from "../base/clock.ts";
import type { PruneExecutionsInput, PruneExecutionsOutput } from "../contract/prune-executions.ts";
import { pruneExecutions as contract } from "../contract/prune-executions.ts";
import { ADMIN_PERMISSION } from "../model/permissions.ts";
import type { Journal } from "../ports/journal.ts";
import type { OperationContext } from "./operation-context.ts";
import { requirePermission } from "./require-permission.ts";
import type { PermissionPorts } from "./require-permission.ts";

export interface PruneExecutionsPorts extends PermissionPorts {
  readonly journal: Pick<Journal, "prune">;
  readonly clock: Clock;
}

/**
 * Forgets executions of all tenants that ended long ago.
 *
 * @throws TuttiError `access.denied`
 */
export async function pruneExecutions(
  input: PruneExecutionsInput,
  ports: PruneExecutionsPorts,
  { caller }: OperationContext,
): Promise<PruneExecutionsOutput> {
  await requirePermission({ permission: ADMIN_PERMISSION, operation: contract.name }, ports, caller);
  return await ports.journal.prune(ports.clock.nowMs() - input.olderThanMs);
}
