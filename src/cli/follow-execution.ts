import { getExecution } from "../contract/get-execution.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionNews } from "../contract/news.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";
import type { Session } from "./host.ts";
import { Narrator } from "./render/narrator.ts";
import type { Output } from "./terminal.ts";

/** One execution that a command follows. */
export interface Followed {
  readonly context: CommandContext;
  readonly session: Session;
  readonly options: CommonOptions;
  readonly executionId: string;
  /** Whether it is told from its beginning on, or only what is new. */
  readonly fromStart?: boolean;
}

/**
 * Shows an execution until it has ended or stands still: as a tree on a terminal, as lines in a pipe. With `--json`
 * stdout stays empty, and the tree is shown only when stderr is a terminal.
 */
export async function followExecution(followed: Followed): Promise<ExecutionView> {
  const { terminal } = followed.context;
  const output = followed.options.json === true ? terminal.err : terminal.out;
  if (output.redraws) return await drawExecution(followed, output);
  return await narrateExecution(followed);
}

/**
 * Tells an execution in lines, or not at all with `--json`.
 *
 * @param subject - stands before every line
 */
export async function narrateExecution(followed: Followed, subject?: string): Promise<ExecutionView> {
  const narrator = new Narrator(followed.executionId, subject);
  const { out } = followed.context.terminal;
  const silent = followed.options.json === true;
  return await watch(followed, (news) => {
    if (!silent) out.lines(narrator.tell(news));
  });
}

async function drawExecution(followed: Followed, output: Output): Promise<ExecutionView> {
  const { context, session, executionId } = followed;
  const { LiveView } = await import("./live-view.ts");
  const look = (signal: AbortSignal): Promise<ExecutionView> =>
    session.client.call(getExecution, { executionId, includeData: false }, { signal });
  await using view = new LiveView({ output, clock: context.host.clock, look });
  using _shown = context.terminal.show(view);
  const end = await watch(followed, (news) => view.tell(news));
  await view.finish(end);
  return end;
}

async function watch({ context, session, executionId, fromStart }: Followed, tell: (news: ExecutionNews) => void): Promise<ExecutionView> {
  const input = fromStart === true ? { executionId, afterSeq: 0 } : { executionId };
  return await session.client.call(watchExecution, input, { signal: context.signal, tell });
}
