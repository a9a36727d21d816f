import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../../src/base/assert.ts";
import type { Json } from "../../src/base/json.ts";
import { decodeEnvelope, encodeEnvelope, parseEnvelope, printEnvelope } from "../../src/envelope/envelope-codec.ts";
import { EnvelopeInvalidError } from "../../src/envelope/envelope-invalid-error.ts";
import { envelopeJsonSchema } from "../../src/envelope/envelope-json-schema.ts";
import type { Envelope } from "../../src/envelope/envelope.ts";
import { envelopeLineReader, printEnvelopeLine } from "../../src/envelope/json-lines.ts";
import { seededRandom } from "../fault/seeded-random.ts";
import { anyEnvelope } from "../support/any-envelope.ts";
import { spoiledBytes, spoiledDocument, spoiledText } from "../support/spoiled-envelope.ts";

test("what is encoded and decoded is what it was, as a document, as text and as bytes", () => {
  fc.assert(
    fc.property(anyEnvelope(), (envelope) => {
      expect(decodeEnvelope(encodeEnvelope(envelope))).toEqual(envelope);
      const text = printEnvelope(envelope);
      expect(parseEnvelope(text)).toEqual(envelope);
      expect(parseEnvelope(new TextEncoder().encode(text))).toEqual(envelope);
    }),
    { numRuns: 300 },
  );
});

test("whatever is written follows the published schema", () => {
  const validator = new Validator(envelopeJsonSchema(), "2020-12", false);
  fc.assert(
    fc.property(anyEnvelope(), (envelope) => {
      const { errors } = validator.validate(JSON.parse(printEnvelope(envelope)));
      expect(errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)).toEqual([]);
    }),
  );
});

test("lines are read as they were written, wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(anyEnvelope(), { maxLength: 4 }), fc.array(fc.nat(40), { minLength: 1, maxLength: 10 }), (envelopes, cuts) => {
      const bytes = new TextEncoder().encode(envelopes.map(printEnvelopeLine).join(""));
      const reader = envelopeLineReader();
      const lines = [...chunks(bytes, cuts)].flatMap((chunk) => reader.push(chunk));
      expect([...lines, ...reader.end()]).toEqual(envelopes.map((envelope, index) => ({ kind: "envelope", line: index + 1, envelope })));
    }),
  );
});

/** Pieces of these lengths, over and over. */
function* chunks(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const length = (cuts[turn % cuts.length] ?? 0) + 1;
    yield bytes.subarray(start, start + length);
    start += length;
  }
}

const SPOILED = 100_000;
const VALID = 1_000;
const SLOWEST_MS = 200;
const HEAP_GROWTH_BYTES_MAX = 8_000_000;

test("of 100,000 spoiled envelopes each is read or refused, at once, and leaves nothing behind", { timeout: 120_000 }, () => {
  const random = seededRandom(7);
  // With few fields each, so that a spoiled one is often the only one, and many are read in little time.
  const valid = fc.sample(anyEnvelope(), { numRuns: VALID, seed: 7 }).map((envelope) => {
    const meta = Object.fromEntries(Object.entries(envelope.meta).filter(() => random() < 0.25));
    const text = printEnvelope({ ...envelope, meta });
    return { text, bytes: new TextEncoder().encode(text) };
  });
  const attempt = (turn: number): boolean => {
    const { text, bytes } = valid[turn % valid.length] as (typeof valid)[number];
    const kind = random();
    if (kind < 0.7) return survives(spoiledDocument(text, random), decodeEnvelope);
    return kind < 0.85 ? survives(spoiledText(text, random), parseEnvelope) : survives(spoiledBytes(bytes, random), parseEnvelope);
  };

  // The first ones compile the code, and fill the caches that it keeps for ever.
  for (let turn = 0; turn < 2_000; turn += 1) attempt(turn);
  const before = heapBytes();
  let read = 0;
  for (let turn = 0; turn < SPOILED; turn += 1) if (attempt(turn)) read += 1;
  expect(heapBytes() - before).toBeLessThan(HEAP_GROWTH_BYTES_MAX);
  // Both ends happen often: else the spoiling would be too weak or too strong to show anything.
  expect(read).toBeGreaterThan(SPOILED / 10);
  expect(read).toBeLessThan(SPOILED * 0.9);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("polluted" in {}).toBe(false);
});

/** Reads it; true when that succeeds. What was read is an envelope: it is the same after another journey. */
function survives<T>(input: T, read: (input: T) => Envelope<Json>): boolean {
  const envelope = outcomeOf(input, read);
  if (envelope instanceof EnvelopeInvalidError) {
    assert(envelope.problems.length > 0, "it was refused without a reason");
    return false;
  }
  const text = JSON.stringify(encodeEnvelope(envelope));
  assert(JSON.stringify(encodeEnvelope(decodeEnvelope(JSON.parse(text)))) === text, `${text} changes when it is sent on`);
  return true;
}

function outcomeOf<T>(input: T, read: (input: T) => Envelope<Json>): Envelope<Json> | EnvelopeInvalidError {
  const startedMs = performance.now();
  try {
    return read(input);
  } catch (error) {
    if (error instanceof EnvelopeInvalidError) return error;
    throw error;
  } finally {
    // The machine may have been busy with something else: what is slow for its own sake is slow again.
    if (performance.now() - startedMs > SLOWEST_MS) assert(isQuick(input, read), `an input takes more than ${SLOWEST_MS} ms`);
  }
}

function isQuick<T>(input: T, read: (input: T) => Envelope<Json>): boolean {
  const startedMs = performance.now();
  try {
    read(input);
  } catch {
    // Only the time matters here.
  }
  return performance.now() - startedMs <= SLOWEST_MS;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
