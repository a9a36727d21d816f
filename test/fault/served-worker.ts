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

/** One of those who work side by side. */
export interface Worker {
  readonly caller: ServedCaller;
  readonly books: ServedBooks;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
}

const ATTEMPT_MS = 20_000;

/** Creates workflows and executes each once, as somebody does who asks again with the same key whenever no answer comes. */
export async function work(name: string, worker: Worker, signal: AbortSignal): Promise<void> {
  const { books, random } = worker;
  for (let number = 0; !signal.aborted; number += 1) {
    const id = `${name}-${number}`;
    const created = await insist(worker, CREATE, { ...workflowOf(id), request_key: `create ${id}` }, signal);
    if (created === undefined) return;
    books.created.add(id);
    const request = { workflow_id: id, request_key: `execute ${id}` };
    const started = await insist(worker, EXECUTE, request, signal);
    if (started === undefined) return;
    const executionId = String(started["execution_id"]);
    books.executions.set(id, executionId);
    if (random() < 0.3) {
      const again = await insist(worker, EXECUTE, request, signal);
      if (again !== undefined && again["execution_id"] !== executionId) books.faults.push(`${id} was executed twice`);
    }
    await watchProgress(executionId, worker, signal);
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
  { caller, books }: Worker,
  operation: ServedOperation,
  input: Readonly<Record<string, unknown>>,
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

async function watchProgress(executionId: string, worker: Worker, signal: AbortSignal): Promise<void> {
  const { books, random } = worker;
  let before = 0;
  for (let look = 0; look < 3 * random(); look += 1) {
    const status = await insist(worker, STATUS, { execution_id: executionId }, signal);
    const progress = Number(status?.["progress"] ?? before);
    if (progress < before) books.faults.push(`the progress of ${executionId} went from ${before} back to ${progress}`);
    before = progress;
  }
}
