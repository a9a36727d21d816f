import { defined } from "../base/defined.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResumeExecutionInput } from "../contract/resume-execution.ts";
import { loadExecution } from "../engine/load-execution.ts";
import type { ExecutionSource } from "../engine/load-execution.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { refuseInsecure } from "./refuse-insecure.ts";
import { signalAndDrive } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

export interface ResumeExecutionPorts extends SignalExecutionPorts {
  readonly journal: SignalExecutionPorts["journal"] & ExecutionSource;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
}

/**
 * Takes up an execution. One that has ended is as it is: whoever resumes after a crash need not know how far it came.
 *
 * @throws TuttiError `execution.not-found`, `server.insecure`
 */
export async function resumeExecution(
  input: ResumeExecutionInput,
  ports: ResumeExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const report = await ports.driver.report(executionId);
  if (report.outcome !== undefined) return executionView(report, false);
  if (ports.security !== undefined && !ports.driver.driven(executionId)) {
    const { plan } = await loadExecution(ports.journal, executionId);
    await refuseInsecure(`execution ${executionId}`, plan, ports.security);
  }
  const wish = input.liftPause === false ? {} : { signal: { type: "resume" as const, ...defined({ by: caller.identity?.userId }) } };
  return await signalAndDrive({ prefix: executionId, ...wish }, ports, caller);
}
