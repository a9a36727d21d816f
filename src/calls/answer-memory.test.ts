import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { answerMemory } from "./answer-memory.ts";

const textOf = (bytes: number): string => "x".repeat(bytes);

test("no more answers are kept than a thousand, and the ones that nobody asked for lately go first", () => {
  const answers = answerMemory(new ManualClock());
  for (let place = 0; place < 1_000; place += 1) answers.keep(`q${place}`, place);
  expect(answers.recall("q0")?.output).toBe(0);
  answers.keep("one more", true);
  expect(answers.recall("q0")?.output).toBe(0);
  expect(answers.recall("q1")).toBeUndefined();
});

test("all answers together take no more than 32 MiB", () => {
  const answers = answerMemory(new ManualClock());
  for (let place = 0; place < 300; place += 1) answers.keep(`q${place}`, textOf(250_000));
  const kept = Array.from({ length: 300 }, (_, place) => answers.recall(`q${place}`)).filter((answer) => answer !== undefined);
  expect(kept.length).toBe(Math.floor((32 * 1024 * 1024) / 250_502));
});

test("an answer beyond 256 KiB is not kept, and the one before it is no longer the answer", () => {
  const answers = answerMemory(new ManualClock());
  answers.keep("q", 1);
  answers.keep("q", [textOf(200_000), textOf(100_000)]);
  expect(answers.recall("q")).toBeUndefined();
});

test("it tells how old an answer is", () => {
  const clock = new ManualClock();
  const answers = answerMemory(clock);
  answers.keep("q", 1);
  clock.advance(1_234);
  expect(answers.recall("q")).toEqual({ output: 1, ageMs: 1_234 });
});
