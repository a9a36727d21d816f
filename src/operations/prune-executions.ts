import type { Clock } from "../base/clock.ts";
import type { PruneExecutionsInput, PruneExecutionsOutput } from "../contract/prune-executions.ts";
import type { Journal } from "../ports/journal.ts";

export interface PruneExecutionsPorts {
  readonly journal: Pick<Journal, "prune">;
  readonly clock: Clock;
}

/** Forgets executions that ended long ago. */
export async function pruneExecutions(input: PruneExecutionsInput, ports: PruneExecutionsPorts): Promise<PruneExecutionsOutput> {
  return await ports.journal.prune(ports.clock.nowMs() - input.olderThanMs);
}
