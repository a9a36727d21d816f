import { expect, test } from "vitest";
import { createLineReader } from "./line-reader.ts";

function readAll(chunks: readonly string[], limitBytes = 1_000): readonly string[] {
  const seen: string[] = [];
  const read = createLineReader(
    {
      line: (line) => void seen.push(line.toString("utf8")),
      oversized: ({ head, tail, sizeBytes }) => void seen.push(`${sizeBytes}: ${head.toString("utf8")}..${tail.toString("utf8")}`),
    },
    limitBytes,
  );
  for (const chunk of chunks) read(Buffer.from(chunk));
  return seen;
}

test.each([
  ["one line in one chunk", ["a\n"], ["a"]],
  ["several lines in one chunk", ["a\nb\n\nc\n"], ["a", "b", "", "c"]],
  ["a line in several chunks", ["a", "b", "c\nd", "\n"], ["abc", "d"]],
  ["nothing of a line that has not ended", ["a\nb"], ["a"]],
])("gives %s", (_, chunks, lines) => {
  expect(readAll(chunks)).toEqual(lines);
});

test("a character that is cut in two by chunks comes whole", () => {
  const bytes = Buffer.from("ä\n");
  const seen: string[] = [];
  const read = createLineReader({ line: (line) => void seen.push(line.toString("utf8")), oversized: () => undefined }, 1_000);
  read(bytes.subarray(0, 1));
  read(bytes.subarray(1));
  expect(seen).toEqual(["ä"]);
});

test("a line that is too long is dropped but for its ends, and the lines after it are read", () => {
  expect(readAll(["12345", "67890", "abc\nnext\n"], 8)).toEqual(["13: 1234567890..1234567890abc", "next"]);
  expect(readAll(["1234567890\nnext\n"], 8)).toEqual(["10: 1234567890..1234567890", "next"]);
});

test("of a line that is too long at most 4 KiB are kept at each end", () => {
  const sizes: number[] = [];
  const read = createLineReader(
    { line: () => undefined, oversized: ({ head, tail }) => void sizes.push(head.length, tail.length) },
    10_000,
  );
  for (let chunk = 0; chunk < 100; chunk += 1) read(Buffer.alloc(1_000, "x"));
  read(Buffer.from("\n"));
  expect(sizes).toEqual([4_096, 4_096]);
});
