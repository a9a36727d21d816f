import { defined } from "../base/defined.ts";
import type { RetryExecutionInput, RetryExecutionOutput } from "../contract/retry-execution.ts";
import { loadExecution } from "../engine/load-execution.ts";
import type { EnvelopeSource } from "../envelope/new-meta.ts";
import { TuttiError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import { nearest } from "../base/nearest.ts";
import type { Journal } from "../ports/journal.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { keyOfTenant } from "./key-of-tenant.ts";
import { requestMeta } from "./request-meta.ts";
import { refuseInsecure } from "./refuse-insecure.ts";
import { reusableSteps } from "./reusable-steps.ts";
import { withWorkDone } from "./with-work-done.ts";

export interface RetryExecutionPorts extends FindExecutionPorts {
  readonly journal: Pick<Journal, "find" | "read" | "plan">;
  readonly driver: ExecutionDriver;
  readonly source: EnvelopeSource;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
}

/**
 * Starts a new execution of the plan and the inputs of an ended one.
 *
 * @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state`, `server.insecure`
 */
export async function retryExecution(
  input: RetryExecutionInput,
  ports: RetryExecutionPorts,
  { caller }: OperationContext,
): Promise<RetryExecutionOutput> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const report = await ports.driver.report(executionId);
  if (report.outcome === undefined) {
    const message = `the execution has not ended (${report.status}): resume it, or cancel it first`;
    throw new TuttiError("execution.wrong-state", message, { executionId, state: report.status });
  }
  const earlier = await loadExecution(ports.journal, executionId);
  const { plan } = earlier;
  if (ports.security !== undefined) await refuseInsecure(`execution ${executionId}`, plan, ports.security);
  if (input.fromStep !== undefined) checkStep(executionId, plan, input.fromStep);
  const { reused, repeated } = reusableSteps(plan, report.steps, input.fromStep);
  // It is made for whoever asks for it, not for the one who asked before.
  const { security: _security, sessionId: _sessionId, onBehalfOf: _onBehalfOf, ...kept } = report.meta ?? {};
  const meta = requestMeta(kept, caller.identity, ports.source);
  const started = await ports.driver.start({
    plan,
    inputs: report.inputs,
    meta,
    ...defined({ requestKey: keyOfTenant(input.requestKey, meta.tenant) }),
    retryOf: { executionId, reused: withWorkDone(reused, earlier) },
  });
  return { executionId: started.executionId, reused: reused.map(({ step }) => step), repeated };
}

function checkStep(executionId: string, plan: Plan, stepId: string): void {
  const ids = plan.nodes.map((node) => node.step.id);
  if (ids.includes(stepId)) return;
  const suggestion = nearest(stepId, ids);
  const hint = suggestion === undefined ? `it has ${ids.slice(0, 20).join(", ")}` : `did you mean "${suggestion}"?`;
  throw new TuttiError("step.not-found", `the execution has no step "${stepId}" - ${hint}`, { executionId, stepId });
}
