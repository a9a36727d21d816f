import type { ListExecutionsInput, ListExecutionsOutput } from "../contract/list-executions.ts";
import type { Journal } from "../ports/journal.ts";

/** Lists executions by page. */
export async function listExecutions(
  input: ListExecutionsInput,
  ports: { readonly journal: Pick<Journal, "list"> },
): Promise<ListExecutionsOutput> {
  const { includeChildren, limit, ...query } = input;
  return await ports.journal.list({ ...query, rootsOnly: includeChildren !== true, limit: limit ?? 20 });
}
