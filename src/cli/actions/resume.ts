import { getExecution } from "../../contract/get-execution.ts";
import { listInterruptedExecutions } from "../../contract/list-interrupted-executions.ts";
import { resumeExecution } from "../../contract/resume-execution.ts";
import { documentOf, openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { exitCodeOf, worstExitCode } from "../exit-code.ts";
import { followExecution, narrateExecution } from "../follow-execution.ts";
import type { Session } from "../host.ts";
import { executionResult } from "../render/execution-result.ts";
import { shortId } from "../render/short-id.ts";
import { span } from "../render/span.ts";
import { asLeftBy, stayForOthers } from "./run.ts";

/** `tutti executions resume [ID...]` */
export async function resume(context: CommandContext, ids: readonly string[], options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const taken = ids.length > 0 ? await takeUp(context, session, ids) : await takeUpInterrupted(context, session);
  const views =
    taken.length === 1
      ? [await followOne(context, session, { options, executionId: taken[0] ?? "" })]
      : await followAll(context, session, { options, taken });
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

async function takeUpInterrupted({ signal }: CommandContext, session: Session): Promise<readonly string[]> {
  const { executions } = await session.client.call(listInterruptedExecutions, { includeWaiting: true }, { signal });
  for (const { executionId } of executions) await session.client.call(resumeExecution, { executionId, liftPause: false }, { signal });
  return executions.map(({ executionId }) => executionId);
}

interface Following {
  readonly options: CommonOptions;
}

async function followOne(
  context: CommandContext,
  session: Session,
  { options, executionId }: Following & { readonly executionId: string },
): Promise<ExecutionView> {
  return await followExecution({ context, session, options, executionId });
}

/** Several at once are told in lines: their trees would not fit on a screen. */
async function followAll(
  context: CommandContext,
  session: Session,
  { options, taken }: Following & { readonly taken: readonly string[] },
): Promise<readonly ExecutionView[]> {
  return await Promise.all(
    taken.map((executionId) => narrateExecution({ context, session, options, executionId }, `${shortId(executionId)} `)),
  );
}

function presentAll({ terminal }: CommandContext, session: Session, views: readonly ExecutionView[]): void {
  if (views.length === 0) terminal.notice("no execution was interrupted");
  for (const view of views)
    terminal.out.lines([[span(`${view.workflowId} ${view.executionId}`, "bold")], ...executionResult(view, session.flags)]);
}
