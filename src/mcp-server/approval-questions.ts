import { inputRequired, inputResponse } from "@modelcontextprotocol/server";
import type { InputRequests } from "@modelcontextprotocol/server";
import { approveExecution } from "../contract/approve-execution.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";

const KEY_PREFIX = "approval:";
const COMMENT_LENGTH_MAX = 10_000;

/** The approvals that an execution waits for, as forms for a person; undefined when there are none. */
export function approvalQuestions({ waitingFor }: WorkflowExecutionStatus): InputRequests | undefined {
  const questions: InputRequests = {};
  for (const { kind, step, message } of waitingFor) {
    if (kind !== "approval" || step === undefined) continue;
    questions[`${KEY_PREFIX}${step}`] = inputRequired.elicit({
      message: message ?? `The step "${step}" waits for an approval.`,
      requestedSchema: {
        type: "object",
        properties: {
          approved: {
            type: "boolean",
            title: "Approve",
            description: "No fails the step. The answer is recorded once and cannot be changed.",
          },
          comment: { type: "string", title: "Comment", description: "Why; it is kept with the answer." },
        },
        required: ["approved"],
      },
    });
  }
  return Object.keys(questions).length === 0 ? undefined : questions;
}

/** What came back: whether some answer was given, and whether somebody put the question aside. */
export interface GivenAnswers {
  readonly given: boolean;
  readonly putAside: boolean;
}

/**
 * Passes the answers on to the execution. Saying no to the form is saying no to the approval; closing it leaves the execution
 * waiting. An answer that comes after another is not one any more.
 *
 * @throws TuttiError `execution.not-found`, `access.denied`
 */
export async function answerApprovals(
  executionId: string,
  responses: Readonly<Record<string, unknown>> | undefined,
  caller: OperationCaller,
  signal: AbortSignal,
): Promise<GivenAnswers> {
  let [given, putAside] = [false, false];
  for (const key of Object.keys(responses ?? {})) {
    if (!key.startsWith(KEY_PREFIX)) continue;
    const answer = inputResponse(responses, key);
    const approved = answer.kind === "elicit" ? decisionIn(answer.action, answer.content) : undefined;
    if (answer.kind !== "elicit" || approved === undefined) {
      putAside = true;
      continue;
    }
    const comment = answer.content?.["comment"];
    const said = typeof comment === "string" && comment !== "" ? { comment: comment.slice(0, COMMENT_LENGTH_MAX) } : {};
    await answerOnce(async () => {
      await caller.call(approveExecution, { executionId, step: key.slice(KEY_PREFIX.length), approved, ...said }, { signal });
    });
    given = true;
  }
  return { given, putAside };
}

function decisionIn(action: "accept" | "decline" | "cancel", content: Readonly<Record<string, unknown>> | undefined): boolean | undefined {
  if (action === "decline") return false;
  const approved = action === "accept" ? content?.["approved"] : undefined;
  return typeof approved === "boolean" ? approved : undefined;
}

async function answerOnce(answer: () => Promise<void>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!isTuttiError(error, "execution.wrong-state") && !isTuttiError(error, "step.not-found")) throw error;
  }
}
