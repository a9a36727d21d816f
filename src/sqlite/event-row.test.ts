import { expect, test } from "vitest";
import { eventsAfter, succeeded } from "../../test/support/journal-samples.ts";
import type { EventBody, ExecutionEvent } from "../model/event.ts";
import { INLINE_CHARACTERS_MAX, decodeEvent, encodeEvent } from "./event-row.ts";

const LARGE = "x".repeat(INLINE_CHARACTERS_MAX);

function event(body: EventBody): ExecutionEvent {
  return { ...body, seq: 2, atMs: 1_000 };
}

test.each<{ readonly what: string; readonly event: ExecutionEvent; readonly member: string | undefined }>([
  { what: "a small event", event: event(succeeded("a", { text: "x" })), member: undefined },
  { what: "an event of just the size that a row takes", event: ofLength(INLINE_CHARACTERS_MAX), member: undefined },
  { what: "an event one character longer", event: ofLength(INLINE_CHARACTERS_MAX + 1), member: "output" },
  { what: "a large output", event: event(succeeded("a", { text: LARGE })), member: "output" },
  {
    what: "large arguments",
    event: event({ type: "call-started", call: { step: "a" }, attempt: 1, input: { text: LARGE }, secrets: [] }),
    member: "input",
  },
  {
    what: "the larger of two large members",
    event: event({ type: "step-started", step: LARGE, items: [LARGE, LARGE] }),
    member: "items",
  },
])("$what is stored as it should be, and read as it was", ({ event, member }) => {
  const row = encodeEvent(event);
  expect(row.blob?.member).toBe(member);
  expect(decodeEvent({ body: row.body, blob_member: row.blob?.member ?? null, blob_body: row.blob?.body ?? null })).toEqual(event);
});

test("equal outputs have the same address, wherever they come from", () => {
  const [first, second] = eventsAfter(1, succeeded("a", { text: LARGE }), succeeded("b", { text: LARGE })).map(encodeEvent);
  expect(first?.blob?.hash).toBe(second?.blob?.hash);
  expect(first?.body).not.toBe(second?.body);
});

test.each([
  { what: "text that is not JSON", row: { body: "{", blob_member: null, blob_body: null }, says: "an event is not JSON" },
  { what: "a list", row: { body: "[]", blob_member: null, blob_body: null }, says: "an event is not an object" },
  { what: "a lost blob", row: { body: "{}", blob_member: "output", blob_body: null }, says: 'the "output" of an event is missing' },
  { what: "a damaged blob", row: { body: "{}", blob_member: "output", blob_body: "{" }, says: "a blob is not JSON" },
])("a row with $what is not taken for an event", ({ row, says }) => {
  expect(() => decodeEvent(row)).toThrow(says);
});

/** An event whose JSON has this length. */
function ofLength(characters: number): ExecutionEvent {
  const empty = JSON.stringify(event(succeeded("a", ""))).length;
  return event(succeeded("a", "x".repeat(characters - empty)));
}
