import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { StartExecutionInput, StartExecutionOutput } from "../contract/start-execution.ts";
import { hasErrors } from "../contract/plan-document.ts";
import { checkInputs } from "../definition/check-inputs.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import type { Meta } from "../envelope/meta.ts";
import type { EnvelopeSource } from "../envelope/new-meta.ts";
import { TuttiError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Journal } from "../ports/journal.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import type { OperationContext } from "./operation-context.ts";
import { keyOfTenant } from "./key-of-tenant.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { requestMeta } from "./request-meta.ts";
import { readTypedValues } from "../base/typed-values.ts";

export interface StartExecutionPorts {
  readonly catalogs: CatalogSource;
  readonly driver: ExecutionDriver;
  readonly journal: Pick<Journal, "summary">;
  readonly audit: AuditLog;
  readonly source: EnvelopeSource;
}

/**
 * Starts an execution, or finds the one that an earlier call with the same key has started.
 *
 * @throws TuttiError `definition.invalid`, `input.invalid`, `server.unavailable`
 */
export async function startExecution(
  input: StartExecutionInput,
  ports: StartExecutionPorts,
  { signal, caller }: OperationContext,
): Promise<StartExecutionOutput> {
  return await startWorkflow(input, { meta: requestMeta({}, caller.identity, ports.source) }, ports, signal);
}

/** For whom a workflow is started, and what it was asked to do about errors. */
export interface WorkflowStart {
  readonly meta: Meta;
  /** Makes the policy out of the workflow's own. */
  readonly errorPolicy?: (own: ErrorPolicy) => ErrorPolicy;
}

/**
 * Starts an execution. What can be found wrong without servers is found before any is started.
 *
 * @throws TuttiError `definition.invalid`, `input.invalid`, `server.unavailable`, `tenant.invalid`
 */
export async function startWorkflow(
  input: StartExecutionInput,
  { meta, errorPolicy }: WorkflowStart,
  ports: StartExecutionPorts,
  signal: AbortSignal,
): Promise<StartExecutionOutput> {
  const source = readSource(input.workflow);
  const { workflow } = source.parsed;
  if (workflow === undefined || hasErrors(source.problems)) {
    // Nothing is started for a workflow that cannot run, so tools are not looked at.
    throw definitionInvalid(input.workflow.file, (await planSource(source, undefined, signal)).problems);
  }
  const policy = errorPolicy?.(workflow.errorPolicy);
  const inputs = readInputs(workflow, input);
  const { plan, problems } = await planSource(source, ports.catalogs, signal, input.lockedTools);
  if (plan === undefined) throw definitionInvalid(input.workflow.file, problems);
  const { requestKey, executionId, timeoutMs } = input;
  if (executionId !== undefined) await checkTenant(executionId, meta, ports);
  return await ports.driver.start({
    plan: policy === undefined ? plan : withPolicy(plan, policy),
    inputs,
    meta,
    ...defined({ requestKey: keyOfTenant(requestKey, meta.tenant), executionId, timeoutMs }),
  });
}

/** Only an id that the caller has chosen can lead to somebody else's execution, and starting that would take it up. */
async function checkTenant(executionId: string, meta: Meta, { journal, audit }: StartExecutionPorts): Promise<void> {
  const { tenant } = meta;
  const known = await journal.summary(executionId);
  if (tenant === undefined || known === undefined || known.tenant === tenant) return;
  const reason = "the id that was chosen for an execution is that of another tenant's";
  const { userId } = meta.security ?? {};
  await audit.record({
    action: "tenant",
    decision: "denied",
    tenant,
    ...defined({ userId }),
    reason,
    details: { execution_id: executionId },
  });
  throw new TuttiError("tenant.invalid", `the id "${executionId}" cannot be used: choose another one`, { tenant });
}

function withPolicy(plan: Plan, errorPolicy: ErrorPolicy): Plan {
  return { ...plan, workflow: { ...plan.workflow, errorPolicy } };
}

function readInputs(workflow: Workflow, input: StartExecutionInput): JsonObject {
  const typed = readTypedValues(input.typedInputs ?? {}, workflow.inputs);
  const { inputs, problems } = checkInputs(workflow, { ...input.inputs, ...typed });
  if (problems.length === 0) return inputs;
  throw new TuttiError("input.invalid", `the inputs do not fit workflow "${workflow.id}": ${problems.join("; ")}`, { problems });
}

function definitionInvalid(file: string, problems: readonly LocatedProblem[]): TuttiError {
  const errors = problems.filter((problem) => problem.severity === "error");
  return new TuttiError("definition.invalid", `${file} has ${errors.length === 1 ? "1 problem" : `${errors.length} problems`}`, {
    problems: errors,
  });
}
