import { expect, test } from "vitest";
import { linesOf } from "../../test/support/log-lines.ts";
import { serverLog } from "./server-log.ts";

test.each([
  ["stderr", "info"],
  ["message", "info"],
  ["stdout", "warn"],
  ["connection", "warn"],
] as const)("what comes by %s is told at %s", (source, level) => {
  const { log, lines } = linesOf("trace");
  serverLog(log).write({ server: "shop", source, text: "hello" });
  expect(lines).toEqual([{ level, message: "hello", fields: { server: "shop", source } }]);
});

test("a replica is named beside its server", () => {
  const { log, lines } = linesOf("info");
  serverLog(log).write({ server: "shop#b", source: "stderr", text: "hello" });
  expect(lines[0]?.fields).toEqual({ server: "shop", replica: "b", source: "stderr" });
});
