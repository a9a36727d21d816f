import { defined } from "../base/defined.ts";
import type { ApproveExecutionInput } from "../contract/approve-execution.ts";
import { approveExecution as contract } from "../contract/approve-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import { TuttiError } from "../model/errors.ts";
import { isVerified } from "../model/is-verified.ts";
import type { Plan } from "../model/plan.ts";
import type { Journal } from "../ports/journal.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import { findExecution } from "./find-execution.ts";
import type { Caller, OperationContext } from "./operation-context.ts";
import { planOf } from "./plan-of.ts";
import { signalExecution } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

export interface ApproveExecutionPorts extends SignalExecutionPorts {
  readonly journal: Pick<Journal, "find" | "read" | "plan">;
}

/**
 * Answers an approval. A verified caller needs one of the roles that the step names, and is the one who answered,
 * whatever the input says. Without verification the names are a matter of trust.
 *
 * @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state`, `access.denied`
 */
export async function approveExecution(
  input: ApproveExecutionInput,
  ports: ApproveExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const { executionId: prefix, step: named, by: claimed, ...answer } = input;
  const executionId = await findExecution(prefix, ports, caller);
  const step = named ?? (await onlyApproval(executionId, ports));
  const by = isVerified(caller.identity) ? await checkedApprover({ executionId, step }, ports, caller) : claimed;
  return await signalExecution({ prefix: executionId, signal: { type: "approve", step, ...answer, ...defined({ by }) } }, ports, caller);
}

/** Who answers, when that is known for certain. Whether the answer is taken or not is recorded first. */
async function checkedApprover(
  approval: { readonly executionId: string; readonly step: string },
  { journal, audit }: ApproveExecutionPorts,
  caller: Caller,
): Promise<string | undefined> {
  const { executionId, step } = approval;
  const roles = rolesOf(await planOf(executionId, journal), step);
  const own = caller.identity?.roles ?? [];
  const entry = { ...auditEntryOf(caller), action: "operation" as const, operation: contract.name, executionId, call: step };
  if (roles.length === 0 || roles.some((role) => own.includes(role))) {
    await audit.record({ ...entry, decision: "allowed" });
    return caller.identity?.userId;
  }
  const message = `answering step "${step}" needs ${roles.length === 1 ? "the role" : "one of the roles"} ${roles.join(", ")}`;
  await audit.record({ ...entry, decision: "denied", reason: message });
  throw new TuttiError("access.denied", message, { missing: roles });
}

/** None for a step that is no approval: what is wrong then is told by the execution itself. */
function rolesOf(plan: Plan, stepId: string): readonly string[] {
  const action = plan.nodes.find(({ step }) => step.id === stepId)?.step.action;
  return action?.kind === "approval" ? action.roles : [];
}

async function onlyApproval(executionId: string, ports: SignalExecutionPorts): Promise<string> {
  const report = await ports.driver.report(executionId);
  const [first, ...others] = report.steps.filter((step) => step.waitingFor?.kind === "approval").map((step) => step.id);
  if (first !== undefined && others.length === 0) return first;
  const state = report.outcome ?? report.status;
  const message =
    first === undefined
      ? `no step waits for an approval (the execution is ${state})`
      : `name the step, several wait: ${[first, ...others].join(", ")}`;
  throw new TuttiError("execution.wrong-state", message, { executionId, state });
}
