import type { OperationClient } from "../client/operation-client.ts";
import { listInterruptedExecutions } from "../contract/list-interrupted-executions.ts";
import { resumeExecution } from "../contract/resume-execution.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Log } from "../ports/log.ts";

/**
 * Takes up all executions that nobody drives, and gives their ids. What cannot be gone on with here, because a server is
 * not configured or not what is demanded, is left as it is and keeps no other from going on.
 */
export async function resumeAll(operations: OperationClient, log: Log, signal: AbortSignal): Promise<readonly string[]> {
  const { executions } = await operations.call(listInterruptedExecutions, { includeWaiting: true }, { signal });
  const resumeOne = async (executionId: string): Promise<readonly string[]> => {
    try {
      await operations.call(resumeExecution, { executionId, liftPause: false }, { signal });
      return [executionId];
    } catch (error) {
      if (!isTuttiError(error, "server.not-found") && !isTuttiError(error, "server.insecure")) throw error;
      log.write("warn", "an execution cannot be taken up", { execution_id: executionId, reason: error.message });
      return [];
    }
  };
  return (await Promise.all(executions.map(({ executionId }) => resumeOne(executionId)))).flat();
}
