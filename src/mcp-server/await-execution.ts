import { inputRequired } from "@modelcontextprotocol/server";
import type { CallToolResult, InputRequiredResult, ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { getWorkflowStatus } from "../contract/get-workflow-status.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { ExecutionNews } from "../contract/news.ts";
import { callId } from "../model/call.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { answerApprovals, approvalQuestions } from "./approval-questions.ts";
import type { ClientAbilities } from "./client-abilities.ts";
import { progressTeller } from "./progress-teller.ts";
import { toolAnswer } from "./tool-answer.ts";

/** Below the minute after which most clients give a request up. */
const WAIT_MS: Ms = 45_000;

/** Who waits for an execution. */
export interface Waiting {
  readonly caller: OperationCaller;
  readonly abilities: ClientAbilities;
  readonly clock: Clock;
}

/**
 * Waits until an execution has ended or stands still, for as long as clients do, and tells how it is then. Approvals that it
 * meets are put before a person, if the client can. Giving up the request gives up the waiting, and never the execution.
 */
export async function awaitExecution(
  executionId: string,
  { caller, abilities, clock }: Waiting,
  context: Pick<ServerContext, "mcpReq">,
  answer: (status: WorkflowExecutionStatus) => CallToolResult | Promise<CallToolResult> = executionAnswer,
): Promise<CallToolResult | InputRequiredResult> {
  const { signal, inputResponses } = context.mcpReq;
  const { putAside } = await answerApprovals(executionId, inputResponses, caller, signal);
  const asks = abilities.asksPeople && !putAside;
  const tell = progressTeller(context);
  using limit = deadline(clock, signal, WAIT_MS, () => new Error("it takes longer than clients wait"));
  // From the first event on, as an approval may have begun before anybody listens.
  let afterSeq: number | undefined = asks ? 0 : undefined;
  for (;;) {
    const approvalSeq = await follow({ executionId, asks, ...defined({ afterSeq }) }, { caller, limit, tell });
    const status = await caller.call(getWorkflowStatus, { executionId }, { signal });
    const questions = asks ? approvalQuestions(status) : undefined;
    // The client brings the id back, and may bring any other: whatever is done with it is allowed to the caller, or refused.
    if (questions !== undefined) return inputRequired({ inputRequests: questions, requestState: executionId });
    if (approvalSeq === undefined) return await answer(status);
    afterSeq = approvalSeq;
  }
}

/** How an execution is, as the answer of a tool: an error when it failed, and else the same document in all states. */
export function executionAnswer(status: WorkflowExecutionStatus): CallToolResult {
  const document = z.encode(getWorkflowStatus.output, status) as object as JsonObject;
  const answer = toolAnswer(document, getWorkflowStatus.summary?.(status));
  return status.status === "failed" ? { ...answer, isError: true } : answer;
}

interface Followed {
  readonly executionId: string;
  readonly afterSeq?: number;
  /** Whether to stop where an approval begins: something else may go on beside it for long. */
  readonly asks: boolean;
}

interface Following {
  readonly caller: OperationCaller;
  readonly limit: Deadline;
  readonly tell: ReturnType<typeof progressTeller>;
}

/** Resolves when it has ended, stands still or takes too long; or, with its number, when an approval has begun. */
async function follow({ asks, ...input }: Followed, { caller, limit, tell }: Following): Promise<number | undefined> {
  const met = new AbortController();
  let approvalSeq: number | undefined;
  const heard = (news: ExecutionNews): void => {
    // What comes after the approval is heard again.
    if (approvalSeq !== undefined) return;
    tellOf(news, input.executionId, tell);
    if (!asks || news.executionId !== input.executionId || news.type !== "event") return;
    if (news.event.type !== "step-started" || news.event.approval === undefined) return;
    approvalSeq = news.event.seq;
    met.abort();
  };
  try {
    await caller.call(watchExecution, input, { signal: AbortSignal.any([limit.signal, met.signal]), tell: heard });
    return undefined;
  } catch (error) {
    if (!limit.expired && approvalSeq === undefined) throw error;
    return limit.expired ? undefined : approvalSeq;
  }
}

/** What moves, for a person who watches: the steps, and what the tools themselves tell. */
function tellOf(news: ExecutionNews, executionId: string, tell: ReturnType<typeof progressTeller>): void {
  if (news.executionId !== executionId) return;
  if (news.type === "progress") tell({ message: `${news.call.step}: ${news.progress.message ?? "at work"}` });
  else if (news.type === "event") {
    const place = placeOf(news.event);
    if (place !== undefined) tell({ message: `${place}: ${news.event.type.replaceAll("-", " ")}` });
  }
}

/** Steps that call a tool have calls, and no events of their own beside them. */
function placeOf(event: ExecutionEvent): string | undefined {
  if ("step" in event) return event.step;
  return "call" in event ? callId(event.call) : undefined;
}
