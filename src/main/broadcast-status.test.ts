import { expect, test } from "vitest";
import type { EventBody, ExecutionEvent } from "../model/event.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { News } from "../ports/news.ts";
import { broadcastStatus } from "./broadcast-status.ts";

const STARTED: EventBody = { type: "execution-started", workflowId: "order", planHash: "", inputs: {} };
const ENDED: EventBody = { type: "execution-ended", outcome: "completed", output: null, leftovers: [] };

interface Follower {
  readonly told: readonly string[];
  readonly status: AsyncDisposable;
  readonly happens: (...events: readonly EventBody[]) => void;
}

function follower(summary?: () => Promise<ExecutionSummary | undefined>): Follower {
  const told: string[] = [];
  let hear: (news: News) => void = () => undefined;
  const status = broadcastStatus({
    summary: summary ?? (async () => undefined),
    cluster: {
      broadcastStatus: ({ workflowId, executionId, status: now, atMs }) => void told.push(`${workflowId} ${executionId} ${now} ${atMs}`),
    },
    subscribe: (listener) => {
      hear = listener;
      return { [Symbol.dispose]: () => undefined };
    },
  });
  let seq = 0;
  const happens = (...events: readonly EventBody[]): void => {
    for (const body of events) {
      seq += 1;
      const event: ExecutionEvent = { ...body, seq, atMs: seq };
      hear({ type: "event", executionId: "e", event });
    }
  };
  return { told, status, happens };
}

function summaryOf(status: ExecutionSummary["status"]): ExecutionSummary {
  return { executionId: "e", workflowId: "order", status, startedAtMs: 0, updatedAtMs: 0 };
}

test("each change of the status is told once, with the moment of its event, and nothing else is", async () => {
  const { told, status, happens } = follower();
  happens(STARTED, { type: "step-completed", step: "a" }, { type: "execution-paused" }, { type: "execution-stood" });
  happens({ type: "execution-moved" }, { type: "execution-resumed" }, ENDED);
  await status[Symbol.asyncDispose]();
  expect(told).toEqual(["order e executing 1", "order e paused 3", "order e executing 5", "order e completed 7"]);
});

test("an execution of an earlier process is looked up when its status changes, and what happens meanwhile is told after that", async () => {
  const found = Promise.withResolvers<ExecutionSummary | undefined>();
  const { told, status, happens } = follower(async () => await found.promise);
  happens({ type: "step-completed", step: "a" }, { type: "execution-paused" }, { type: "execution-resumed" }, ENDED);
  expect(told).toEqual([]);
  found.resolve(summaryOf("executing"));
  await status[Symbol.asyncDispose]();
  expect(told).toEqual(["order e paused 2", "order e executing 3", "order e completed 4"]);
});

test("what the journal already shows of a later event is not taken back by those before it", async () => {
  const found = Promise.withResolvers<ExecutionSummary | undefined>();
  const { told, status, happens } = follower(async () => await found.promise);
  happens({ type: "execution-paused" }, { type: "execution-resumed" }, ENDED);
  found.resolve(summaryOf("completed"));
  await status[Symbol.asyncDispose]();
  expect(told).toEqual(["order e completed 1"]);
});

test("an execution that cannot be found, because it has been pruned, is not told of", async () => {
  const { told, status, happens } = follower();
  happens(ENDED);
  await status[Symbol.asyncDispose]();
  expect(told).toEqual([]);
});
