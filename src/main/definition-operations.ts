import { diffTools } from "../contract/diff-tools.ts";
import { formatWorkflow } from "../contract/format-workflow.ts";
import { getWorkflowSchema } from "../contract/get-workflow-schema.ts";
import { lockTools } from "../contract/lock-tools.ts";
import { planWorkflow } from "../contract/plan-workflow.ts";
import { validateWorkflow } from "../contract/validate-workflow.ts";
import { workflowJsonSchema } from "../definition/workflow-json-schema.ts";
import { diffTools as handleDiff } from "../operations/diff-tools.ts";
import { formatWorkflow as handleFormat } from "../operations/format-workflow.ts";
import { lockTools as handleLock } from "../operations/lock-tools.ts";
import { planWorkflow as handlePlan } from "../operations/plan-workflow.ts";
import { validateWorkflow as handleValidate } from "../operations/validate-workflow.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { OperationTable } from "./operation-table.ts";

/** Adds what can be asked about workflows that need not run, and about the tools that they use. */
export function addDefinitionOperations(table: OperationTable, catalogs: CatalogSource): OperationTable {
  return table
    .add(formatWorkflow, (input) => handleFormat(input))
    .add(getWorkflowSchema, () => workflowJsonSchema())
    .add(validateWorkflow, (input, context) => handleValidate(input, { catalogs }, context))
    .add(planWorkflow, (input, context) => handlePlan(input, { catalogs }, context))
    .add(lockTools, (input, context) => handleLock(input, { catalogs }, context))
    .add(diffTools, (input, context) => handleDiff(input, { catalogs }, context));
}
