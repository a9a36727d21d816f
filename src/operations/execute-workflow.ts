import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { ExecuteWorkflowInput, ExecuteWorkflowOutput } from "../contract/execute-workflow.ts";
import { hasErrors } from "../contract/plan-document.ts";
import { checkInputs } from "../definition/check-inputs.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import type { Meta } from "../envelope/meta.ts";
import type { EnvelopeSource } from "../envelope/new-meta.ts";
import { TuttiError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Journal } from "../ports/journal.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { requestMeta } from "./request-meta.ts";
import { readTypedValues } from "./typed-values.ts";

export interface ExecuteWorkflowPorts {
  readonly catalogs: CatalogSource;
  readonly driver: ExecutionDriver;
  readonly journal: Pick<Journal, "summary">;
  readonly source: EnvelopeSource;
}

/**
 * Starts an execution, or finds the one that an earlier call with the same key has started.
 *
 * @throws TuttiError `definition.invalid`, `input.invalid`, `server.unavailable`
 */
export async function executeWorkflow(
  input: ExecuteWorkflowInput,
  ports: ExecuteWorkflowPorts,
  { signal, caller }: OperationContext,
): Promise<ExecuteWorkflowOutput> {
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
  input: ExecuteWorkflowInput,
  { meta, errorPolicy }: WorkflowStart,
  ports: ExecuteWorkflowPorts,
  signal: AbortSignal,
): Promise<ExecuteWorkflowOutput> {
  const source = readSource(input.workflow);
  const { workflow } = source.parsed;
  if (workflow === undefined || hasErrors(source.problems)) {
    // Nothing is started for a workflow that cannot run, so tools are not looked at.
    throw definitionInvalid(input.workflow.file, (await planSource(source, undefined, signal)).problems);
  }
  const policy = errorPolicy?.(workflow.errorPolicy);
  const inputs = readInputs(workflow, input);
  const { plan, problems } = await planSource(source, ports.catalogs, signal);
  if (plan === undefined) throw definitionInvalid(input.workflow.file, problems);
  const { requestKey, executionId, timeoutMs } = input;
  const started = await ports.driver.start({
    plan: policy === undefined ? plan : withPolicy(plan, policy),
    inputs,
    meta,
    ...defined({ requestKey: keyOf(requestKey, meta.tenant), executionId, timeoutMs }),
  });
  if (!started.created) await checkTenant(started.executionId, meta.tenant, ports.journal);
  return started;
}

/** Two tenants may use the same key, and neither may find out that the other does. */
function keyOf(requestKey: string | undefined, tenant: string | undefined): string | undefined {
  return requestKey === undefined || tenant === undefined ? requestKey : `${tenant}/${requestKey}`;
}

/** Only an id that the caller has chosen can lead to somebody else's execution. */
async function checkTenant(executionId: string, tenant: string | undefined, journal: Pick<Journal, "summary">): Promise<void> {
  if (tenant === undefined || (await journal.summary(executionId))?.tenant === tenant) return;
  throw new TuttiError("tenant.invalid", `the id "${executionId}" cannot be used: choose another one`, { tenant });
}

function withPolicy(plan: Plan, errorPolicy: ErrorPolicy): Plan {
  return { ...plan, workflow: { ...plan.workflow, errorPolicy } };
}

function readInputs(workflow: Workflow, input: ExecuteWorkflowInput): JsonObject {
  const typed = readTypedValues(input.typedInputs ?? {}, (name) =>
    Object.hasOwn(workflow.inputs, name) ? workflow.inputs[name] : undefined,
  );
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
