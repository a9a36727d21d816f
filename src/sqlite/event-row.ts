import type { JsonObject } from "../base/json.ts";
import { printSize } from "../base/size.ts";
import { TuttiError } from "../model/errors.ts";
import type { ExecutionEvent } from "../model/event.ts";
import { UnreadableRow, contentHash, parseStored, parseStoredObject } from "./stored-json.ts";

/** An event whose text is longer has its largest member stored apart, by content: equal outputs are stored once. */
export const INLINE_CHARACTERS_MAX: number = 256 * 1024;

/** An output may have 64 MiB; the rest is for what stands around it. */
const EVENT_BYTES_MAX: number = 65 * 1024 * 1024;

/** An event as it is stored: without `blob` in one row, with it in two. */
export interface EventRow {
  readonly seq: number;
  readonly atMs: number;
  /** The JSON of the event, without the member that the blob holds. */
  readonly body: string;
  readonly blob?: { readonly member: string; readonly hash: string; readonly body: string };
  readonly sizeBytes: number;
}

/**
 * Encodes an event.
 *
 * @throws TuttiError `input.invalid` - it is larger than an event may be
 */
export function encodeEvent(event: ExecutionEvent): EventRow {
  const body = encode(event);
  if (body.length <= INLINE_CHARACTERS_MAX) return { seq: event.seq, atMs: event.atMs, body, sizeBytes: body.length };
  const sizeBytes = Buffer.byteLength(body);
  if (sizeBytes > EVENT_BYTES_MAX) throw tooLarge(event, printSize(sizeBytes));
  return splitEvent(event, sizeBytes);
}

/** Decodes what `encodeEvent` made. */
export function decodeEvent(row: {
  readonly body: string;
  readonly blob_member: string | null;
  readonly blob_body: string | null;
}): ExecutionEvent {
  const event = parseStoredObject(row.body, "an event");
  if (row.blob_member === null) return event as unknown as ExecutionEvent;
  if (row.blob_body === null) throw new UnreadableRow(`the "${row.blob_member}" of an event is missing`);
  return { ...event, [row.blob_member]: parseStored(row.blob_body, "a blob") } as unknown as ExecutionEvent;
}

function splitEvent(event: ExecutionEvent, sizeBytes: number): EventRow {
  const members = Object.entries(event as unknown as JsonObject).map(([name, value]) => ({ name, text: JSON.stringify(value) }));
  const largest = members.reduce((left, right) => (right.text.length > left.text.length ? right : left));
  const rest = members.filter((member) => member !== largest).map((member) => `${JSON.stringify(member.name)}:${member.text}`);
  return {
    seq: event.seq,
    atMs: event.atMs,
    body: `{${rest.join(",")}}`,
    blob: { member: largest.name, hash: contentHash(largest.text), body: largest.text },
    sizeBytes,
  };
}

function encode(event: ExecutionEvent): string {
  try {
    return JSON.stringify(event);
  } catch (error) {
    // Longer than a string of V8 can be.
    if (error instanceof RangeError) throw tooLarge(event, "more than 512 MB");
    throw error;
  }
}

function tooLarge(event: ExecutionEvent, size: string): TuttiError {
  const problem = `the event "${event.type}" has ${size}; an event may have at most ${printSize(EVENT_BYTES_MAX)}`;
  return new TuttiError("input.invalid", problem, { problems: [problem] });
}
