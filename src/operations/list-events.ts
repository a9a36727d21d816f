import type { ListEventsInput, ListEventsOutput } from "../contract/list-events.ts";
import type { Journal } from "../ports/journal.ts";
import { findExecution } from "./find-execution.ts";

/** @throws TuttiError `execution.not-found` */
export async function listEvents(
  input: ListEventsInput,
  ports: { readonly journal: Pick<Journal, "find" | "read"> },
): Promise<ListEventsOutput> {
  const executionId = await findExecution(ports.journal, input.executionId);
  return { executionId, events: await ports.journal.read(executionId, input.afterSeq) };
}
