import type { PlanWorkflowInput, PlanWorkflowOutput } from "../contract/plan-workflow.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { OperationContext } from "./operation-context.ts";
import { toPlanDocument } from "./plan-document.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";

/**
 * Tells what an execution would do.
 *
 * @throws TuttiError `server.unavailable`
 */
export async function planWorkflow(
  input: PlanWorkflowInput,
  ports: { readonly catalogs: CatalogSource },
  { signal }: OperationContext,
): Promise<PlanWorkflowOutput> {
  const { plan, problems } = await planSource(readSource(input.workflow), ports.catalogs, signal, input.lockedTools);
  return { problems, ...(plan === undefined ? {} : { plan: toPlanDocument(plan) }) };
}
