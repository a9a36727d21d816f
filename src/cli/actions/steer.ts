import type { Json } from "../../base/json.ts";
import { approveExecution } from "../../contract/approve-execution.ts";
import type { ApproveExecutionInput } from "../../contract/approve-execution.ts";
import { cancelExecution } from "../../contract/cancel-execution.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { getExecution } from "../../contract/get-execution.ts";
import { pauseExecution } from "../../contract/pause-execution.ts";
import { resolveExecution } from "../../contract/resolve-execution.ts";
import type { ResolveExecutionInput } from "../../contract/resolve-execution.ts";
import { retryExecution } from "../../contract/retry-execution.ts";
import { TuttiError } from "../../model/errors.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { nextSteps } from "../render/next-steps.ts";
import { shortId } from "../render/short-id.ts";
import { asLeftBy, followToEnd, stayForOthers } from "./run.ts";

/** `tutti executions cancel ID`: waits until everything is undone. */
export async function cancel(context: CommandContext, executionId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const begun = await session.client.call(cancelExecution, { executionId }, { signal: context.signal });
  const view = await followToEnd(context, session, { options, executionId: begun.executionId });
  await stayForOthers(context, session);
  return view.outcome === "cancelled" ? 0 : exitCodeOf(view);
}

/** `tutti executions pause ID` */
export async function pause(context: CommandContext, executionId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const view = await session.client.call(pauseExecution, { executionId }, { signal: context.signal });
  return await tellRecorded(context, await asLeftBy(session, view), { options, flags: session.flags, what: "paused" });
}

export interface ApproveOptions extends CommonOptions {
  readonly refuse?: boolean;
  readonly comment?: string;
  readonly by?: string;
}

/** `tutti executions approve ID [STEP]` */
export async function approve(
  context: CommandContext,
  target: readonly [string, string | undefined],
  options: ApproveOptions,
): Promise<number> {
  const [executionId, step] = target;
  const by = options.by ?? context.host.environment["USER"];
  const input: ApproveExecutionInput = {
    executionId,
    approved: options.refuse !== true,
    ...(step === undefined ? {} : { step }),
    ...(by === undefined ? {} : { by }),
    ...(options.comment === undefined ? {} : { comment: options.comment }),
  };
  await using session = await openSession(context, "driving", options);
  const view = await session.client.call(approveExecution, input, { signal: context.signal });
  return await tellRecorded(context, await asLeftBy(session, view), {
    options,
    flags: session.flags,
    what: input.approved ? "approved" : "refused",
  });
}

export interface ResolveOptions extends CommonOptions {
  readonly happened?: boolean;
  readonly notHappened?: boolean;
  readonly fail?: boolean;
  readonly output?: string;
}

/** `tutti executions resolve ID STEP --happened | --not-happened | --fail` */
export async function resolve(context: CommandContext, target: readonly [string, string], options: ResolveOptions): Promise<number> {
  const [executionId, call] = target;
  const input: ResolveExecutionInput = {
    executionId,
    ...readCall(call),
    verdict: readVerdict(options),
    ...(options.output === undefined ? {} : { output: readOutput(options.output) }),
  };
  await using session = await openSession(context, "driving", options);
  const view = await session.client.call(resolveExecution, input, { signal: context.signal });
  return await tellRecorded(context, await asLeftBy(session, view), {
    options,
    flags: session.flags,
    what: `recorded: ${input.verdict.replace("_", " ")}`,
  });
}

/** `charge` or `labels[3]` */
function readCall(text: string): Pick<ResolveExecutionInput, "step" | "item"> {
  const [, step, item] = /^(.+)\[(\d+)\]$/.exec(text) ?? [];
  return step === undefined ? { step: text } : { step, item: Number(item) };
}

function readVerdict({ happened, notHappened, fail, output }: ResolveOptions): ResolveExecutionInput["verdict"] {
  const given = [happened, notHappened, fail].filter((flag) => flag === true).length;
  if (given !== 1) throw new TuttiError("usage", "say one of --happened, --not-happened and --fail", {});
  if (output !== undefined && happened !== true) throw new TuttiError("usage", "--output goes with --happened only", {});
  if (happened === true) return "happened";
  return notHappened === true ? "not_happened" : "failed";
}

function readOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new TuttiError("usage", `--output takes JSON: ${(cause as Error).message}`, {}, { cause });
  }
}

export interface RetryOptions extends CommonOptions {
  readonly from?: string;
}

/** `tutti executions retry ID [--from STEP]` */
export async function retry(context: CommandContext, executionId: string, options: RetryOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const input = { executionId, requestKey: context.host.newId(), ...(options.from === undefined ? {} : { fromStep: options.from }) };
  const started = await session.client.call(retryExecution, input, { signal: context.signal });
  const { terminal } = context;
  if (started.reused.length > 0) terminal.notice(`taken over: ${started.reused.join(", ")}`);
  if (started.repeated.length > 0) terminal.notice(`had completed, and run once more: ${started.repeated.join(", ")}`);
  const view = await followToEnd(context, session, { options, executionId: started.executionId, fromStart: true });
  await stayForOthers(context, session);
  return exitCodeOf(view);
}

/** Tells that something was recorded, and how the execution goes on if nobody drives it. */
async function tellRecorded(
  context: CommandContext,
  view: ExecutionView,
  { options, flags, what }: { readonly options: CommonOptions; readonly flags: string; readonly what: string },
): Promise<number> {
  const { terminal } = context;
  if (options.json === true) await printDocument(context, getExecution, view);
  else {
    terminal.out.write(`${shortId(view.executionId)} ${what}\n`);
    if (view.outcome === undefined && (!view.driven || view.needsPerson)) terminal.out.lines(nextSteps(view, flags));
  }
  return 0;
}
