import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionRef } from "../contract/execution-ref.ts";
import type { ExecutionNews } from "../contract/news.ts";
import type { Journal } from "../ports/journal.ts";
import type { News } from "../ports/news.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";

export interface WatchExecutionPorts {
  readonly journal: Pick<Journal, "find">;
  readonly driver: Pick<ExecutionDriver, "settled" | "driven" | "report">;
  /** Tells all news until it is disposed. */
  readonly subscribe: (listener: (news: News) => void) => Disposable;
}

/**
 * Tells the news of an execution and of its children, and resolves when it has ended or stands still. One that nobody
 * drives stands still.
 *
 * @throws TuttiError `execution.not-found`
 */
export async function watchExecution(
  input: ExecutionRef,
  ports: WatchExecutionPorts,
  { signal, tell }: OperationContext<ExecutionNews>,
): Promise<ExecutionView> {
  const executionId = await findExecution(ports.journal, input.executionId);
  const family = new Set([executionId]);
  using _subscription = ports.subscribe((news) => {
    if (!family.has(news.executionId)) return;
    if (news.type === "event" && news.event.type === "call-started" && news.event.childId !== undefined) family.add(news.event.childId);
    tell(news);
  });
  for (const { childId } of (await ports.driver.report(executionId)).steps) if (childId !== undefined) family.add(childId);
  const report = await ports.driver.settled(executionId, signal);
  return executionView(report, ports.driver.driven(executionId));
}
