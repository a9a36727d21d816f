import { expect, test } from "vitest";
import type { ExecutionEvent } from "../../model/event.ts";
import { Narrator } from "./narrator.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

type Body<Event = ExecutionEvent> = Event extends ExecutionEvent ? Omit<Event, "seq" | "atMs"> : never;

/** Tells one event every 100 ms. */
function tell(bodies: readonly Body[], narrator: Narrator = new Narrator("e")): readonly string[] {
  const lines = bodies.flatMap((body, index) =>
    narrator.tell({ type: "event", executionId: "e", event: { ...body, seq: index + 1, atMs: index * 100 } as ExecutionEvent }),
  );
  return printLines(lines, { style: plain }).split("\n").slice(0, -1);
}

const call = { step: "charge" };
const lost = { kind: "connection", message: "lost", attempt: 1 } as const;

test.each<[string, readonly Body[], readonly string[]]>([
  [
    "a call that succeeds",
    [
      { type: "call-started", call, attempt: 1, server: "pay", tool: "charge" },
      { type: "call-sent", call },
      { type: "call-succeeded", call, output: {} },
    ],
    ["▶ charge: pay.charge", "✔ charge: completed in 200 ms"],
  ],
  [
    "a call that goes on to another replica, and a step that has no time left",
    [
      { type: "call-started", call, attempt: 1, server: "pay", tool: "charge" },
      {
        type: "call-succeeded",
        call,
        output: {},
        trip: { replica: "b", failovers: [{ replica: "a", ...lost }], queuedMs: 0, serverMs: 1, overheadMs: 0 },
      },
      { type: "step-overdue", step: "labels" },
    ],
    ["▶ charge: pay.charge", "✔ charge: completed in 100 ms at b, after a: lost", "✖ labels: its max_duration is over"],
  ],
  [
    "a call that is repeated, and then fails",
    [
      { type: "call-started", call, attempt: 1, server: "pay", tool: "charge" },
      { type: "call-failed", call, error: lost, retryAtMs: 600 },
      { type: "call-started", call, attempt: 2 },
      { type: "call-failed", call, error: lost },
    ],
    ["▶ charge: pay.charge", "↻ charge: attempt 1 failed, again in 500 ms: lost", "↻ charge: attempt 2", "✖ charge: failed: lost"],
  ],
  [
    "a list, item by item only where one fails",
    [
      { type: "step-started", step: "labels", items: [1, 2] },
      { type: "call-started", call: { step: "labels", item: 0 }, attempt: 1 },
      { type: "call-succeeded", call: { step: "labels", item: 0 }, output: 1 },
      { type: "call-failed", call: { step: "labels", item: 1 }, error: lost },
      { type: "step-completed", step: "labels" },
    ],
    ["▶ labels: 2 items", "✖ labels[1]: failed: lost", "✔ labels: 2 items completed in 400 ms"],
  ],
  [
    "doubt, and its end",
    [
      { type: "call-in-doubt", call, error: lost },
      { type: "call-resolved", call, verdict: "not_happened", by: "person" },
    ],
    ["? charge: in doubt: lost", "? charge: not happened, says a person"],
  ],
  [
    "an approval",
    [
      { type: "step-started", step: "sign_off", approval: { message: "Ship?", roles: [] } },
      { type: "approval-answered", step: "sign_off", approved: false, by: "Ada", comment: "no" },
    ],
    ["▶ sign_off: waits for approval: Ship?", "✖ sign_off: refused by Ada: no"],
  ],
  [
    "cancelling and undoing",
    [
      { type: "cancel-requested", reason: "person" },
      { type: "compensation-started" },
      { type: "call-started", call: { step: "charge", role: "compensate" }, attempt: 1, server: "pay", tool: "refund" },
      { type: "call-succeeded", call: { step: "charge", role: "compensate" }, output: {} },
    ],
    ["✖ cancelled: person", "↶ undoing what was done", "▶ charge (compensate): pay.refund", "✔ charge (compensate): undone in 100 ms"],
  ],
  ["a skipped step", [{ type: "step-skipped", step: "x", reason: "condition" }], ["- x: skipped (condition)"]],
])("%s", (_name, bodies, lines) => {
  expect(tell(bodies)).toEqual(lines);
});

test("what a child does is told under the step that runs it", () => {
  const narrator = new Narrator("e", "order ");
  const child = { type: "event", executionId: "child" } as const;
  tell([{ type: "call-started", call: { step: "fulfil" }, attempt: 1, childId: "child" }], narrator);
  const lines = narrator.tell({ ...child, event: { seq: 1, atMs: 0, type: "step-skipped", step: "a", reason: "needs" } });
  expect(printLines(lines, { style: plain })).toBe("- order fulfil/a: skipped (needs)\n");
});

test("what a child does is told under its id when nobody heard how it began", () => {
  const event: ExecutionEvent = { seq: 7, atMs: 0, type: "step-skipped", step: "a", reason: "needs" };
  const lines = new Narrator("0193f2c7").tell({ type: "event", executionId: "0193f2c8-1111-7000-8000-000000000000", event });
  expect(printLines(lines, { style: plain })).toBe("- 0193f2c8-1111/a: skipped (needs)\n");
});
