import type { ListInterruptedExecutionsOutput } from "../contract/list-interrupted-executions.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { Journal } from "../ports/journal.ts";

export interface ListInterruptedExecutionsPorts {
  readonly journal: Pick<Journal, "unfinished" | "summary">;
  /** Whether some process drives it. */
  readonly driven: (executionId: string) => boolean | Promise<boolean>;
}

/** Lists what could go on if somebody drove it. Children go on with their root; what is paused waits for a person. */
export async function listInterruptedExecutions(ports: ListInterruptedExecutionsPorts): Promise<ListInterruptedExecutionsOutput> {
  const executions: ExecutionSummary[] = [];
  for (const id of await ports.journal.unfinished()) {
    const summary = await ports.journal.summary(id);
    if (summary === undefined || summary.parentId !== undefined || summary.status === "paused") continue;
    if (!(await ports.driven(id))) executions.push(summary);
  }
  return { executions };
}
