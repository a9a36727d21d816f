import { TaskGroup } from "../base/task-group.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { News } from "../ports/news.ts";
import { type ListedState, outcomeOf, stateAfter, statusOf } from "../sqlite/listed-state.ts";

export interface BroadcastPorts {
  readonly cluster: Pick<Cluster, "broadcastStatus">;
  /** What is known of an execution that was begun by an earlier process. */
  readonly summary: (executionId: string) => Promise<ExecutionSummary | undefined>;
  readonly subscribe: (listener: (news: News) => void) => Disposable;
}

/** Tells a cluster whenever the status of an execution changes, until it is disposed. */
export function broadcastStatus({ cluster, summary, subscribe }: BroadcastPorts): AsyncDisposable {
  const told = new ToldStatuses({ summary, tell: (update) => cluster.broadcastStatus(update) });
  const subscription = subscribe((news) => told.heard(news));
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await told[Symbol.asyncDispose]();
    },
  };
}

interface ToldParts extends Pick<BroadcastPorts, "summary"> {
  /** Returns at once. */
  readonly tell: Cluster["broadcastStatus"];
}

interface Followed {
  readonly workflowId: string;
  state: ListedState;
}

/** What has happened to an execution while it was looked up. */
type Unread = ExecutionEvent[];

/**
 * Tells every change of the status of an execution, in the order of its journal, and nothing twice in a row.
 *
 * Disposing waits for what is being looked up.
 */
class ToldStatuses implements AsyncDisposable {
  readonly #parts: ToldParts;
  readonly #followed = new Map<string, Followed>();
  readonly #unread = new Map<string, Unread>();
  readonly #lookups = new TaskGroup();

  constructor(parts: ToldParts) {
    this.#parts = parts;
  }

  /** Must be told all news of the executions of this process. */
  heard(news: News): void {
    if (news.type !== "event") return;
    const { executionId, event } = news;
    if (event.type === "execution-started") return this.#begun(executionId, event);
    if (!changesStatus(event)) return;
    const followed = this.#followed.get(executionId);
    if (followed !== undefined) return this.#happened(executionId, followed, event);
    const unread = this.#unread.get(executionId);
    if (unread === undefined) this.#lookUp(executionId, event);
    else unread.push(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lookups[Symbol.asyncDispose]();
  }

  #begun(executionId: string, event: Extract<ExecutionEvent, { type: "execution-started" }>): void {
    const followed: Followed = { workflowId: event.workflowId, state: "executing" };
    this.#followed.set(executionId, followed);
    this.#tell(executionId, followed, event.atMs);
  }

  #happened(executionId: string, followed: Followed, event: ExecutionEvent): void {
    const before = statusOf(followed.state);
    followed.state = stateAfter(followed.state, event);
    if (statusOf(followed.state) !== before) this.#tell(executionId, followed, event.atMs);
    if (outcomeOf(followed.state) !== undefined) this.#followed.delete(executionId);
  }

  #lookUp(executionId: string, event: ExecutionEvent): void {
    const unread: Unread = [];
    this.#unread.set(executionId, unread);
    this.#lookups.run(async () => {
      // A journal that cannot be read ends the process, and whoever writes to it says so.
      const summary = await this.#parts.summary(executionId).catch(() => undefined);
      this.#unread.delete(executionId);
      if (summary === undefined) return;
      // What it is now may be later than the event, and is then the end of those that have come meanwhile.
      const state = stateAfter(summary.status, event);
      const followed: Followed = { workflowId: summary.workflowId, state };
      this.#followed.set(executionId, followed);
      this.#tell(executionId, followed, event.atMs);
      for (const later of unread) this.#happened(executionId, followed, later);
      if (outcomeOf(state) !== undefined) this.#followed.delete(executionId);
    });
  }

  #tell(executionId: string, { workflowId, state }: Followed, atMs: number): void {
    this.#parts.tell({ workflowId, executionId, status: statusOf(state), atMs });
  }
}

function changesStatus({ type }: ExecutionEvent): boolean {
  return CHANGES.has(type);
}

const CHANGES: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "execution-paused",
  "execution-resumed",
  "execution-stood",
  "execution-moved",
  "execution-ended",
]);
