import type { ValidateWorkflowInput, ValidateWorkflowOutput } from "../contract/validate-workflow.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";

/**
 * Finds everything that is wrong with a workflow.
 *
 * @throws TuttiError `server.unavailable` - only when tools are to be checked
 */
export async function validateWorkflow(
  input: ValidateWorkflowInput,
  ports: { readonly catalogs: CatalogSource },
  { signal }: OperationContext,
): Promise<ValidateWorkflowOutput> {
  const { problems } = await planSource(readSource(input.workflow), input.checkTools ? ports.catalogs : undefined, signal);
  return { problems };
}
