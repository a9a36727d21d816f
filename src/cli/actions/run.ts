import type { StartExecutionInput, StartExecutionOutput } from "../../contract/start-execution.ts";
import { startExecution } from "../../contract/start-execution.ts";
import { getExecution } from "../../contract/get-execution.ts";
import { listInterruptedExecutions } from "../../contract/list-interrupted-executions.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { isTuttiError } from "../../model/errors.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followExecution } from "../follow-execution.ts";
import type { Followed } from "../follow-execution.ts";
import type { Session } from "../host.ts";
import { Interrupted } from "../interrupted.ts";
import { lockedTools } from "../locked-tools.ts";
import type { FrozenOptions } from "../locked-tools.ts";
import { readPairs } from "../read-pairs.ts";
import { executionResult } from "../render/execution-result.ts";
import { shortId } from "../render/short-id.ts";
import { span } from "../render/span.ts";
import { runDetached } from "../run-detached.ts";

export interface RunOptions extends CommonOptions, FrozenOptions {
  readonly param: readonly string[];
  readonly params?: string;
  readonly detach?: boolean;
  /** The id that the execution shall have: given by the process that started this one in the background. */
  readonly executionId?: string;
}

/** `tutti run FILE` */
export async function run(context: CommandContext, file: string, options: RunOptions): Promise<number> {
  if (options.detach === true) return await detached(context, file, options);
  const { host } = context;
  const input: StartExecutionInput = {
    workflow: await host.readWorkflow(file),
    typedInputs: readPairs(options.param, "-p"),
    requestKey: host.newId(),
    ...(await lockedTools(context, options, file)),
    ...(options.params === undefined ? {} : { inputs: await host.readObject(options.params) }),
    ...(options.executionId === undefined ? {} : { executionId: options.executionId }),
  };
  await using session = await openSession(context, "driving", { ...options, workflowFile: file });
  await tellInterrupted(context, session);
  const { executionId } = await start(context, session, input);
  host.background?.started(executionId);
  const view = await followToEnd(context, session, { options, executionId, fromStart: true });
  await stayForOthers(context, session);
  return exitCodeOf(view);
}

async function start(context: CommandContext, session: Session, input: StartExecutionInput): Promise<StartExecutionOutput> {
  try {
    return await session.client.call(startExecution, input, { signal: context.signal });
  } catch (error) {
    if (isTuttiError(error, "definition.invalid")) tellMissingConfig(context, session);
    throw error;
  }
}

/** Says what may be the reason that servers and tools are unknown. */
export function tellMissingConfig({ terminal }: CommandContext, session: Session): void {
  if (session.configFile === undefined) terminal.notice("no configuration was found, so there are no servers: see --config");
}

/** Shows an execution until it has ended or stands still, and then its result. */
export async function followToEnd(
  context: CommandContext,
  session: Session,
  followed: Pick<Followed, "options" | "executionId" | "fromStart">,
): Promise<ExecutionView> {
  const { options, executionId } = followed;
  const { terminal } = context;
  const pid = await session.ownerPid();
  if (pid !== undefined) terminal.notice(`process ${pid} owns the data directory and runs execution ${shortId(executionId)}`);
  if (options.json !== true && !terminal.out.redraws) terminal.out.lines([[span(`execution ${executionId}`, "dim")]]);
  try {
    const view = await asLeftBy(session, await followExecution({ context, session, ...followed }));
    await presentEnd(context, view, { options, flags: session.flags });
    return view;
  } catch (error) {
    if (error instanceof Interrupted) tellHowToGoOn(context, executionId, { flags: session.flags, pid });
    throw error;
  }
}

/** The state as it will be when the command has ended: what this process drives is driven no more. */
export async function asLeftBy(session: Session, view: ExecutionView): Promise<ExecutionView> {
  return (await session.ownerPid()) === undefined ? { ...view, driven: false } : view;
}

/** Prints how an execution ended, as a document or for people. */
export async function presentEnd(
  context: CommandContext,
  view: ExecutionView,
  { options, flags }: { readonly options: CommonOptions; readonly flags: string },
): Promise<void> {
  if (options.json === true) await printDocument(context, getExecution, view);
  else context.terminal.out.lines([...(context.terminal.out.isTerminal ? [[]] : []), ...executionResult(view, flags)]);
}

/** The process that owns the data directory also works for others; it stays until they need it no more. */
export async function stayForOthers(context: CommandContext, session: Session): Promise<void> {
  await session.stayForOthers(context.signal, (clients) => {
    const others = clients === 1 ? "another process works" : `${clients} other processes work`;
    context.terminal.notice(`${others} through this one, because it owns the data directory; it ends when they have (Ctrl-C ends it now)`);
  });
}

function tellHowToGoOn(
  context: CommandContext,
  executionId: string,
  { flags, pid }: { readonly flags: string; readonly pid: number | undefined },
): void {
  const command = `tutti executions resume ${shortId(executionId)}${flags}`;
  context.terminal.notice(
    pid === undefined
      ? `interrupted; nothing is lost. To go on:\n    ${command}`
      : `left; process ${pid} goes on with the execution. If that ends before it, go on with:\n    ${command}`,
  );
}

const MOST_NAMED = 3;

/** Says in one line which executions wait to be taken up, if any. */
export async function tellInterrupted(context: CommandContext, session: Session): Promise<void> {
  const { executions } = await session.client.call(listInterruptedExecutions, { limit: MOST_NAMED + 1 }, { signal: context.signal });
  if (executions.length === 0) return;
  const named = executions.slice(0, MOST_NAMED).map((execution) => `${shortId(execution.executionId)} (${execution.workflowId})`);
  const more = executions.length > MOST_NAMED ? " and more" : "";
  const were = executions.length === 1 ? "1 execution was interrupted" : "executions were interrupted";
  context.terminal.notice(`${were}: ${named.join(", ")}${more} - take up with: tutti executions resume${session.flags}`);
}

async function detached(context: CommandContext, file: string, options: RunOptions): Promise<number> {
  const args = [
    "run",
    file,
    ...options.param.flatMap((pair) => ["-p", pair]),
    ...(options.params === undefined ? [] : ["--params", options.params]),
    ...(options.frozen === true ? ["--frozen"] : []),
  ];
  return await runDetached(context, { args, options, workflowFile: file });
}
