import { expect, test } from "vitest";
import { createStderrTail } from "./stderr-tail.ts";

test("keeps the last 20 lines, and a last one that has not ended", () => {
  const tail = createStderrTail(() => undefined);
  for (let line = 1; line <= 30; line += 1) tail.push(Buffer.from(`line ${line}\n`));
  expect(tail.lines()).toHaveLength(20);
  expect(tail.lines()[0]).toBe("line 11");
  tail.push(Buffer.from("half"));
  expect(tail.lines().at(-1)).toBe("half");
  expect(tail.lines()).toHaveLength(20);
});

test("tells every line once, without its line end, and does not keep empty ones", () => {
  const told: string[] = [];
  const tail = createStderrTail((line) => void told.push(line));
  tail.push(Buffer.from("one\r\n\ntw"));
  tail.push(Buffer.from("o\n"));
  expect(told).toEqual(["one", "", "two"]);
  expect(tail.lines()).toEqual(["one", "two"]);
});

test("keeps at most 8 KiB, and of one line at most that", () => {
  const tail = createStderrTail(() => undefined);
  for (let chunk = 0; chunk < 100; chunk += 1) tail.push(Buffer.from("x".repeat(1_000)));
  tail.push(Buffer.from("\nshort\n"));
  expect(tail.lines().join("").length).toBeLessThanOrEqual(8_192);
  expect(tail.lines().at(-1)).toBe("short");
});
