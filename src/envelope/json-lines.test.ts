import { expect, test } from "vitest";
import { ENVELOPE_BYTES_MAX } from "./envelope-codec.ts";
import { envelopeLineReader, printEnvelopeLine } from "./json-lines.ts";
import type { EnvelopeLine } from "./json-lines.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(...texts: readonly string[]): readonly EnvelopeLine[] {
  const reader = envelopeLineReader();
  return [...texts.flatMap((text) => reader.push(bytesOf(text))), ...reader.end()];
}

const ONE = '{"meta":{},"data":1}';
const TWO = '{"meta":{},"data":2}';

test("an envelope is one line, whatever is in its texts", () => {
  const line = printEnvelopeLine({ meta: {}, data: "a\nb\r\u2028c" });
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(read(line)).toEqual([{ kind: "envelope", line: 1, envelope: { meta: {}, data: "a\nb\r\u2028c" } }]);
});

test("lines end with LF or CRLF, the last one also with the stream, and blank ones are counted only", () => {
  expect(read(`${ONE}\r\n\n  \n${TWO}`)).toEqual([
    { kind: "envelope", line: 1, envelope: { meta: {}, data: 1 } },
    { kind: "envelope", line: 4, envelope: { meta: {}, data: 2 } },
  ]);
  expect(read()).toEqual([]);
});

test("a bad line is told with its number and its problems, and the next one is read", () => {
  expect(read(`{"meta":{}}\n${ONE}\nnonsense\n`)).toMatchObject([
    { kind: "invalid", line: 1, problems: ["envelope: must have data, error or both"] },
    { kind: "envelope", line: 2 },
    { kind: "invalid", line: 3 },
  ]);
});

test("a character may be cut in two", () => {
  const bytes = bytesOf('{"meta":{},"data":"€"}\n');
  const reader = envelopeLineReader();
  const lines = Array.from(bytes, (byte) => reader.push(new Uint8Array([byte]))).flat();
  expect(lines).toEqual([{ kind: "envelope", line: 1, envelope: { meta: {}, data: "€" } }]);
});

test("a line may be as long as an envelope", () => {
  const data = "x".repeat(ENVELOPE_BYTES_MAX - '{"meta":{},"data":""}'.length);
  expect(read(printEnvelopeLine({ meta: {}, data }))).toEqual([{ kind: "envelope", line: 1, envelope: { meta: {}, data } }]);
});

test("a line that is too long is dropped while it comes, and the next one is read", () => {
  const reader = envelopeLineReader();
  const piece = new Uint8Array(100_000).fill(0x20);
  for (let sent = 0; sent <= ENVELOPE_BYTES_MAX; sent += piece.length) expect(reader.push(piece)).toEqual([]);
  expect(reader.push(bytesOf(`\n${ONE}\n`))).toEqual([
    { kind: "invalid", line: 1, problems: ["envelope: must be at most 1048576 bytes"] },
    { kind: "envelope", line: 2, envelope: { meta: {}, data: 1 } },
  ]);
});
