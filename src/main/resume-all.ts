import type { OperationClient } from "../client/operation-client.ts";
import { listInterruptedExecutions } from "../contract/list-interrupted-executions.ts";
import { resumeExecution } from "../contract/resume-execution.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Log } from "../ports/log.ts";

/**
 * Takes up all executions that nobody drives, and tells how many. What cannot be gone on with here, because a server is not
 * configured or not what is demanded, is left as it is.
 */
export async function resumeAll(operations: OperationClient, log: Log, signal: AbortSignal): Promise<number> {
  const { executions } = await operations.call(listInterruptedExecutions, { includeWaiting: true }, { signal });
  const resumeOne = async (executionId: string): Promise<number> => {
    try {
      await operations.call(resumeExecution, { executionId, liftPause: false }, { signal });
      return 1;
    } catch (error) {
      if (!isTuttiError(error, "server.not-found") && !isTuttiError(error, "server.insecure")) throw error;
      log.write("warn", "an execution cannot be taken up", { execution_id: executionId, reason: error.message });
      return 0;
    }
  };
  const taken = await Promise.all(executions.map(({ executionId }) => resumeOne(executionId)));
  return taken.reduce((sum, one) => sum + one, 0);
}
