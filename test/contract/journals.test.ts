import { expect, test } from "vitest";
import * as z from "zod";
import type { Json } from "../../src/base/json.ts";
import { executionEvent } from "../../src/contract/execution-event.ts";
import { newState } from "../../src/engine/execution-state.ts";
import { fold } from "../../src/engine/fold.ts";
import { reportExecution } from "../../src/engine/report.ts";
import { KEPT_JOURNALS, readKeptJournal } from "../support/kept-journals.ts";

test("journals of a released version are kept", () => {
  expect(KEPT_JOURNALS.length).toBeGreaterThan(10);
});

test.each(KEPT_JOURNALS)("%s, which an earlier version has written, still means the same", (file) => {
  for (const { executionId, outcome, plan, events } of readKeptJournal(file)) {
    const state = newState(plan, executionId);
    for (const event of events) fold(state, event);
    const report = reportExecution(state, 0);
    const ended = new Set<string>(["completed", "failed", "skipped", "cancelled"]);
    expect([report.outcome, report.steps.filter(({ status }) => !ended.has(status))]).toEqual([outcome, []]);
  }
});

test.each(KEPT_JOURNALS)("the events of %s are the same behind a wire", (file) => {
  for (const { events } of readKeptJournal(file)) {
    for (const event of events) {
      const wire = JSON.parse(JSON.stringify(z.encode(executionEvent, event))) as Json;
      expect(executionEvent.parse(wire)).toEqual(event);
    }
  }
});
