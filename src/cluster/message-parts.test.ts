import { expect, test } from "vitest";
import { FRAME_BYTES_MAX, isLong, PartIntake, partsOf } from "./message-parts.ts";

function toFrames(text: string): readonly string[] {
  return isLong(text) ? [...partsOf(text)] : [text];
}

function through(frames: readonly string[]): ReturnType<PartIntake["take"]> {
  const intake = new PartIntake();
  return frames.map((frame) => intake.take(frame)).at(-1) ?? "broken";
}

test.each([
  ["short", '{"a":1}'],
  ["long", JSON.stringify({ a: "x".repeat(1_000_000) })],
  ["full of quotes", JSON.stringify({ a: '"'.repeat(600_000) })],
  ["of characters of three bytes", JSON.stringify({ a: "€".repeat(400_000) })],
  ["of characters that are two, cut in the middle", JSON.stringify({ a: `x${"😀".repeat(200_001)}` })],
])("a message that is %s comes through, in frames that are not too large", (_, text) => {
  const frames = toFrames(text);
  for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThan(FRAME_BYTES_MAX - 1_000);
  expect(through(frames)).toEqual({ text });
});

test("whole messages may come between the parts of another", () => {
  const text = JSON.stringify({ a: "x".repeat(300_000) });
  const frames = toFrames(text);
  expect(frames.length).toBe(3);
  const intake = new PartIntake();
  expect(intake.take(frames[0] ?? "")).toBe("more");
  expect(intake.take('{"b":1}')).toEqual({ text: '{"b":1}' });
  expect(intake.take(frames[1] ?? "")).toBe("more");
  expect(intake.take(frames[2] ?? "")).toEqual({ text });
  expect(intake.take('{"part":1,"of":1,"text":"{}"}')).toEqual({ text: "{}" });
});

test.each<[string, readonly string[]]>([
  ["begin in the middle", ['{"part":2,"of":3,"text":"a"}']],
  ["leave one out", ['{"part":1,"of":3,"text":"a"}', '{"part":3,"of":3,"text":"a"}']],
  ["come twice", ['{"part":1,"of":3,"text":"a"}', '{"part":1,"of":3,"text":"a"}']],
  ["change how many they are", ['{"part":1,"of":3,"text":"a"}', '{"part":2,"of":4,"text":"a"}']],
  ["are more than they are", ['{"part":1,"of":0,"text":"a"}']],
  ["have no text", ['{"part":1,"of":2}']],
  ["are no JSON", ['{"part":1,']],
  ["are no numbers", ['{"part":"1","of":2,"text":"a"}']],
])("parts that %s are broken", (_, frames) => {
  expect(through(frames)).toBe("broken");
});

test("parts without an end are broken off before they fill the memory", () => {
  const intake = new PartIntake();
  const text = "x".repeat(1_000_000);
  const frames = Array.from({ length: 200 }, (_, index) => `{"part":${index + 1},"of":1000,"text":"${text}"}`);
  expect(frames.some((frame) => intake.take(frame) === "broken")).toBe(true);
});
