import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerJoin } from "../../src/cluster/answer-join.ts";
import { AskToJoin } from "../../src/cluster/ask-to-join.ts";
import { MESSAGE_SCHEMAS } from "../../src/cluster/cluster-message.ts";
import { FrameOpener } from "../../src/cluster/frame-seal.ts";
import { parseMessage } from "../../src/cluster/message-codec.ts";
import { PartIntake } from "../../src/cluster/message-parts.ts";
import { UsedNonces } from "../../src/cluster/used-nonces.ts";
import { ManualClock } from "../support/manual-clock.ts";

const RUNS = 5_000;
const CLOCK = new ManualClock();
const KEY = "0123456789abcdef0123456789abcdef";
const ID = "0199a0b0-0000-7000-8000-000000000001";

/** Documents that are nearly messages: every member may be right, wrong, or of another kind altogether. */
const nearly = fc
  .record(
    {
      message_id: fc.oneof(fc.constant(ID), fc.string(), fc.anything()),
      message_type: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...Object.keys(MESSAGE_SCHEMAS)) }, fc.string(), fc.anything()),
      source_machine: fc.oneof(fc.constant("gpu-1"), fc.string(), fc.anything()),
      target_machines: fc.oneof(fc.constant(null), fc.array(fc.string()), fc.anything()),
      timestamp: fc.oneof(fc.constant("2026-11-20T00:00:00Z"), fc.string(), fc.anything()),
      payload: fc.oneof(
        fc.constant({}),
        fc.object({ maxDepth: 3 }),
        fc.record({ task_id: fc.constant(ID), outcome: fc.anything(), action: fc.string() }),
        fc.anything(),
      ),
      correlation_id: fc.oneof(fc.constant(null), fc.anything()),
    },
    { requiredKeys: ["message_type"] },
  )
  .map((document) => textOf(document));

const text = fc.oneof(
  { weight: 4, arbitrary: nearly },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  cut(nearly),
);

function cut(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, fc.nat(200)).map(([whole, at]) => whole.slice(0, at));
}

function textOf(document: unknown): string {
  try {
    return JSON.stringify(document) ?? "";
  } catch {
    // Some of what can be made is no JSON.
    return "{";
  }
}

test("whatever a frame is, it is a message or a fault with words, and never more", () => {
  let faults = 0;
  fc.assert(
    fc.property(text, (frame) => {
      const parsed = parseMessage(frame);
      if (parsed.kind === "message") return;
      faults += 1;
      expect(parsed.fault.message.length).toBeGreaterThan(0);
      expect(parsed.fault.message.length).toBeLessThan(2_100);
    }),
    { numRuns: RUNS },
  );
  expect(faults).toBeGreaterThan(RUNS / 2);
});

test("whatever strangers send, nobody is let in, nothing is opened, and no part is taken for a message", () => {
  const rules = { hubName: "local", key: KEY, heartbeatMs: 1_000, clock: CLOCK, nonces: new UsedNonces(), objection: () => undefined };
  const opening = new AskToJoin({ role: "machine", name: "gpu-1", instance: ID, key: KEY, clock: CLOCK }).opening;
  const opener = new FrameOpener(Buffer.alloc(32));
  fc.assert(
    fc.property(text, (frame) => {
      const join = new AnswerJoin(rules, undefined);
      expect(join.receive(frame).kind).toBe("refused");
      const half = new AnswerJoin(rules, undefined);
      expect(half.receive(opening).kind).toBe("answer");
      expect(half.receive(frame).kind).toBe("refused");
      expect(opener.open(frame)).toBeUndefined();
      expect(new PartIntake().take(`{"part":${frame}`)).not.toHaveProperty("text", frame);
    }),
    { numRuns: RUNS / 10 },
  );
});
