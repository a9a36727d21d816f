import { setTimeout as pause } from "node:timers/promises";
import { CREATE, EXECUTE, STATUS } from "./served-caller.ts";
import type { ServedCaller, ServedOperation, ToolAnswer } from "./served-caller.ts";

/** What was acknowledged to the workers of a run, and what went wrong with that. */
export interface ServedBooks {
  /** Execution by workflow. */
  readonly executions: Map<string, string>;
  readonly created: Set<string>;
  readonly faults: string[];
  /** How often an answer did not come. */
  unanswered: number;
}

export function emptyBooks(): ServedBooks {
  return { executions: new Map(), created: new Set(), faults: [], unanswered: 0 };
}

const ATTEMPT_MS = 20_000;

/** Creates workflows and executes each once, as somebody does who asks again with the same key whenever no answer comes. */
export async function work(
  name: string,
  caller: ServedCaller,
  books: ServedBooks,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (let number = 0; !signal.aborted; number += 1) {
    const id = `${name}-${number}`;
    const created = await insist(caller, CREATE, { ...workflowOf(id), request_key: `create ${id}` }, books, signal);
    if (created === undefined) return;
    books.created.add(id);
    const request = { workflow_id: id, request_key: `execute ${id}` };
    const started = await insist(caller, EXECUTE, request, books, signal);
    if (started === undefined) return;
    const executionId = String(started["execution_id"]);
    books.executions.set(id, executionId);
    if (random() < 0.3) {
      const again = await insist(caller, EXECUTE, request, books, signal);
      if (again !== undefined && again["execution_id"] !== executionId) books.faults.push(`${id} was executed twice`);
    }
    await watchProgress(caller, executionId, books, random, signal);
  }
}

/** Two calls; whether the second has taken effect can be found out. */
function workflowOf(id: string): Readonly<Record<string, unknown>> {
  const act = `act_${id.replaceAll("-", "_")}`;
  return {
    workflow_id: id,
    name: id,
    steps: [
      { id: "set", tool: "ledger.set" },
      {
        id: act,
        dependencies: ["set"],
        tool: "ledger.act",
        verify: { tool: "ledger.find", with: { call: act }, happened: "${{ output.found }}" },
      },
    ],
  };
}

/** Undefined when it is to end before there is an answer. */
async function insist(
  caller: ServedCaller,
  operation: ServedOperation,
  input: Readonly<Record<string, unknown>>,
  books: ServedBooks,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  while (!signal.aborted) {
    const answer = await caller.call(operation, input, AbortSignal.timeout(ATTEMPT_MS)).catch((): ToolAnswer | undefined => undefined);
    if (answer?.kind === "answer") return answer.document;
    if (answer?.kind === "refusal") books.faults.push(`${operation.name} of ${JSON.stringify(input)} was refused: ${answer.text}`);
    if (answer?.kind === "refusal") return undefined;
    books.unanswered += 1;
    await pause(20);
  }
  return undefined;
}

async function watchProgress(
  caller: ServedCaller,
  executionId: string,
  books: ServedBooks,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  let before = 0;
  for (let look = 0; look < 3 * random(); look += 1) {
    const status = await insist(caller, STATUS, { execution_id: executionId }, books, signal);
    const progress = Number(status?.["progress"] ?? before);
    if (progress < before) books.faults.push(`the progress of ${executionId} went from ${before} back to ${progress}`);
    before = progress;
  }
}
