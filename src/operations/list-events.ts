import type { ListEventsInput, ListEventsOutput } from "../contract/list-events.ts";
import type { Journal } from "../ports/journal.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";

/** @throws TuttiError `execution.not-found` */
export async function listEvents(
  input: ListEventsInput,
  ports: FindExecutionPorts & { readonly journal: Pick<Journal, "read"> },
  { caller }: OperationContext,
): Promise<ListEventsOutput> {
  const executionId = await findExecution(input.executionId, ports, caller);
  return { executionId, events: await ports.journal.read(executionId, input.afterSeq) };
}
