import type { ListExecutionsInput, ListExecutionsOutput } from "../contract/list-executions.ts";
import { defined } from "../base/defined.ts";
import type { Journal } from "../ports/journal.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** Lists executions by page; to a verified caller those of its tenant. */
export async function listExecutions(
  input: ListExecutionsInput,
  ports: { readonly journal: Pick<Journal, "list"> },
  { caller }: OperationContext,
): Promise<ListExecutionsOutput> {
  const { includeChildren, limit, ...query } = input;
  return await ports.journal.list({
    ...query,
    ...defined({ tenant: visibleTenant(caller) }),
    rootsOnly: includeChildren !== true,
    limit: limit ?? 20,
  });
}
