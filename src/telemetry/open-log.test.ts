import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import type { LogLevel } from "../ports/log.ts";
import { SILENT } from "../ports/log.ts";
import { openLog } from "./open-log.ts";

async function opened(level: LogLevel): Promise<{ readonly log: Awaited<ReturnType<typeof openLog>>; readonly lines: string[] }> {
  const lines: string[] = [];
  return { log: await openLog({ level, write: (line) => lines.push(line) }), lines };
}

test("a line is an object with level, time, fields and message", async () => {
  const { log, lines } = await opened("info");
  log.write("warn", "a call has failed", { server: "shop", attempt: 2 });
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? "") as Record<string, Json>;
  expect(line).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    server: "shop",
    attempt: 2,
    msg: "a call has failed",
  });
});

test("levels below the one that was asked for go nowhere", async () => {
  const { log, lines } = await opened("warn");
  expect((["trace", "debug", "info", "warn", "error"] as const).filter((level) => log.enabled(level))).toEqual(["warn", "error"]);
  for (const level of ["debug", "info", "error"] as const) log.write(level, level);
  expect(lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual(["error"]);
  expect(await openLog({ level: "silent", write: () => undefined })).toBe(SILENT);
});

test("a field cannot take the place of what the line says of itself", async () => {
  const { log, lines } = await opened("info");
  log.write("info", "hello", { level: "error", time: "never", msg: "forged" });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info", msg: "hello", level_: "error", time_: "never", msg_: "forged" });
});

test("whatever is written, a line is one line of valid JSON without control characters, and says what was written", async () => {
  const { log, lines } = await opened("info");
  const hostile = fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "\n",
      "\r",
      "\t",
      "\0",
      "\u001b[31m",
      "\u007f",
      "\u0085",
      "\u009b",
      "\u2028",
      "\u2029",
      "\u202e",
      "\ud800",
      "😀",
    ),
  });
  fc.assert(
    fc.property(hostile, hostile, (message, text) => {
      lines.length = 0;
      log.write("info", message, { text, list: [text] });
      const [line = "", ...others] = lines;
      expect(others).toEqual([]);
      // oxlint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
      expect(line.isWellFormed()).toBe(true);
      const read = JSON.parse(line) as { readonly msg: string; readonly text: string; readonly list: readonly string[] };
      expect(read.msg.toWellFormed()).toBe(message.toWellFormed());
      expect(read.text.toWellFormed()).toBe(text.toWellFormed());
      expect(read.list[0]?.toWellFormed()).toBe(text.toWellFormed());
    }),
  );
});
