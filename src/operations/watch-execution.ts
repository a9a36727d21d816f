import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionNews } from "../contract/news.ts";
import type { WatchExecutionInput } from "../contract/watch-execution.ts";
import type { Journal } from "../ports/journal.ts";
import type { News } from "../ports/news.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";

export interface WatchExecutionPorts extends FindExecutionPorts {
  readonly journal: Pick<Journal, "find" | "read">;
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
  input: WatchExecutionInput,
  ports: WatchExecutionPorts,
  { signal, tell, caller }: OperationContext<ExecutionNews>,
): Promise<ExecutionView> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const family = new Family(executionId, tell);
  using _subscription = ports.subscribe((news) => family.hear(news));
  for (const { childId } of (await ports.driver.report(executionId)).steps) if (childId !== undefined) family.add(childId);
  const past = input.afterSeq === undefined ? [] : await ports.journal.read(executionId, input.afterSeq);
  family.begin(past.map((event): News => ({ type: "event", executionId, event })));
  const report = await ports.driver.settled(executionId, signal);
  return executionView(report, ports.driver.driven(executionId));
}

/** An execution with its children: tells what has happened, then what happens, each event once and in order. */
class Family {
  readonly #ids: Set<string>;
  readonly #tell: (news: ExecutionNews) => void;
  readonly #root: string;
  #toldSeq = 0;
  /** What is heard while the past is read. */
  #waiting: News[] | undefined = [];

  constructor(root: string, tell: (news: ExecutionNews) => void) {
    this.#root = root;
    this.#ids = new Set([root]);
    this.#tell = tell;
  }

  add(executionId: string): void {
    this.#ids.add(executionId);
  }

  hear(news: News): void {
    if (this.#waiting === undefined) this.#pass(news);
    else this.#waiting.push(news);
  }

  begin(past: readonly News[]): void {
    const heard = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const news of [...past, ...heard]) this.#pass(news);
  }

  #pass(news: News): void {
    if (!this.#ids.has(news.executionId)) return;
    if (news.type === "event") {
      if (news.event.type === "call-started" && news.event.childId !== undefined) this.add(news.event.childId);
      if (news.executionId === this.#root) {
        if (news.event.seq <= this.#toldSeq) return;
        this.#toldSeq = news.event.seq;
      }
    }
    this.#tell(news);
  }
}
