import { TuttiError } from "../model/errors.ts";
import type { Journal } from "../ports/journal.ts";

/**
 * Finds the execution whose id is this or begins so.
 *
 * @throws TuttiError `execution.not-found`; `usage` when several begin so
 */
export async function findExecution(journal: Pick<Journal, "find">, prefix: string): Promise<string> {
  const [first, ...others] = await journal.find(prefix);
  if (first === undefined) throw new TuttiError("execution.not-found", `no execution has the id "${prefix}"`, { executionId: prefix });
  if (others.length === 0) return first;
  throw new TuttiError("usage", `several executions begin with "${prefix}": ${[first, ...others].join(", ")}`, {});
}
