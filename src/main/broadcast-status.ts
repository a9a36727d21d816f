import { TaskGroup } from "../base/task-group.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { News } from "../ports/news.ts";

export interface BroadcastPorts {
  readonly cluster: Pick<Cluster, "broadcastStatus">;
  readonly summary: (executionId: string) => Promise<ExecutionSummary | undefined>;
  readonly subscribe: (listener: (news: News) => void) => Disposable;
}

/** The events after which an execution may have another status. */
const CHANGES: ReadonlySet<ExecutionEvent["type"]> = new Set<ExecutionEvent["type"]>([
  "execution-started",
  "execution-paused",
  "execution-resumed",
  "execution-stood",
  "execution-moved",
  "execution-ended",
]);

/** Tells a cluster whenever the status of an execution changes, until it is disposed. */
export function broadcastStatus({ cluster, summary, subscribe }: BroadcastPorts): AsyncDisposable {
  const told = new Map<string, string>();
  const tasks = new TaskGroup();
  const tell = async (executionId: string, atMs: number): Promise<void> => {
    // A journal that cannot be read ends the process, and whoever writes to it says so.
    const known = await summary(executionId).catch(() => undefined);
    if (known === undefined) return;
    const { workflowId, status, outcome } = known;
    const isNew = told.get(executionId) !== status;
    // What has ended does not change any more.
    if (outcome === undefined) told.set(executionId, status);
    else told.delete(executionId);
    if (isNew) cluster.broadcastStatus({ workflowId, executionId, status, atMs });
  };
  const subscription = subscribe((news) => {
    if (news.type !== "event" || !CHANGES.has(news.event.type)) return;
    tasks.run(async () => await tell(news.executionId, news.event.atMs));
  });
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await tasks[Symbol.asyncDispose]();
    },
  };
}
