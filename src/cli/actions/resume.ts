import { getExecution } from "../../contract/get-execution.ts";
import { listInterruptedExecutions } from "../../contract/list-interrupted-executions.ts";
import { resumeExecution } from "../../contract/resume-execution.ts";
import { isTuttiError } from "../../model/errors.ts";
import { documentOf, openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { exitCodeOf, worstExitCode } from "../exit-code.ts";
import { followExecution, narrateExecution } from "../follow-execution.ts";
import type { Session } from "../host.ts";
import { Interrupted } from "../interrupted.ts";
import { executionResult } from "../render/execution-result.ts";
import { shortId } from "../render/short-id.ts";
import { span } from "../render/span.ts";
import { asLeftBy, stayForOthers } from "./run.ts";

/** `tutti executions resume [ID...]` */
export async function resume(context: CommandContext, ids: readonly string[], options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const taken = ids.length > 0 ? await takeUp(context, session, ids) : await takeUpInterrupted(context, session);
  const views = await follow(context, session, { options, taken });
  const left = await Promise.all(views.map((view) => asLeftBy(session, view)));
  if (options.json === true) printJson(context.terminal, await Promise.all(left.map((view) => documentOf(getExecution, view))));
  else presentAll(context, session, left);
  await stayForOthers(context, session);
  return worstExitCode(views.map(exitCodeOf));
}

async function takeUp({ signal }: CommandContext, session: Session, ids: readonly string[]): Promise<readonly string[]> {
  const views: ExecutionView[] = [];
  for (const executionId of ids) views.push(await session.client.call(resumeExecution, { executionId }, { signal }));
  return [...new Set(views.map((view) => view.executionId))];
}

/**
 * What cannot be taken up with this configuration is told, and keeps nothing else from going on. All are taken up at once:
 * what is written together costs one flush to the disk, and a thousand flushes take seconds.
 */
async function takeUpInterrupted({ signal, terminal }: CommandContext, session: Session): Promise<readonly string[]> {
  const { executions } = await session.client.call(listInterruptedExecutions, { includeWaiting: true }, { signal });
  const takeUpOne = async (executionId: string): Promise<void> => {
    try {
      await session.client.call(resumeExecution, { executionId, liftPause: false }, { signal });
    } catch (error) {
      if (!isTuttiError(error, "server.not-found") && !isTuttiError(error, "server.insecure")) throw error;
      terminal.notice(error.message);
    }
  };
  await Promise.all(executions.map(({ executionId }) => takeUpOne(executionId)));
  return executions.map(({ executionId }) => executionId);
}

interface Taken {
  readonly options: CommonOptions;
  readonly taken: readonly string[];
}

async function follow(context: CommandContext, session: Session, { options, taken }: Taken): Promise<readonly ExecutionView[]> {
  const [first, ...others] = taken;
  try {
    if (first !== undefined && others.length === 0) return [await followExecution({ context, session, options, executionId: first })];
    return await followAll(context, session, { options, taken });
  } catch (error) {
    if (error instanceof Interrupted)
      context.terminal.notice(`interrupted; nothing is lost. To go on:\n    tutti executions resume${session.flags}`);
    throw error;
  }
}

/** Several at once are told in lines: their trees would not fit on a screen. */
async function followAll(context: CommandContext, session: Session, { options, taken }: Taken): Promise<readonly ExecutionView[]> {
  return await Promise.all(
    taken.map((executionId) => narrateExecution({ context, session, options, executionId }, `${shortId(executionId)} `)),
  );
}

function presentAll({ terminal }: CommandContext, session: Session, views: readonly ExecutionView[]): void {
  if (views.length === 0) terminal.notice("no execution was interrupted");
  for (const view of views)
    terminal.out.lines([[span(`${view.workflowId} ${view.executionId}`, "bold")], ...executionResult(view, session.flags)]);
}
