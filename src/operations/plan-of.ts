import { TuttiError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { Journal } from "../ports/journal.ts";

/**
 * The plan that an execution runs.
 *
 * @throws TuttiError `execution.not-found`
 */
export async function planOf(executionId: string, journal: Pick<Journal, "read" | "plan">): Promise<Plan> {
  const [first] = await journal.read(executionId);
  const plan = first?.type === "execution-started" ? await journal.plan(first.planHash) : undefined;
  if (plan === undefined) throw new TuttiError("execution.not-found", `no execution has the id "${executionId}"`, { executionId });
  return plan;
}
