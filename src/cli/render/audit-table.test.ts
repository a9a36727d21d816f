import { expect, test } from "vitest";
import type { RecordedEntry } from "../../model/audit.ts";
import { auditTable } from "./audit-table.ts";

const ENDED: RecordedEntry = {
  seq: 2,
  atMs: 0,
  action: "call-ended",
  decision: "allowed",
  outcome: "succeeded",
  server: "s",
  tool: "look",
};

/** The last columns of the only entry: what it is about, where it was, and why. */
function told(entry: RecordedEntry): readonly string[] {
  const [, row = []] = auditTable([entry]);
  return row.slice(-3).map(({ text }) => text.trim());
}

test("an entry names the replica that had a call, and those that had it before", () => {
  const failovers = [
    { replica: "eu", kind: "timeout", message: "no answer" },
    { replica: "us", kind: "connection", message: "it is away" },
  ];
  expect(told({ ...ENDED, details: { replica: "asia", failovers } })).toEqual(["s#asia.look", "-", "after eu (timeout), us (connection)"]);
  expect(told({ ...ENDED, outcome: "failed", reason: "broken", details: { replica: "asia", failovers: failovers.slice(0, 1) } })).toEqual([
    "s#asia.look",
    "-",
    "broken; after eu (timeout)",
  ]);
});

test("of a server without replicas it names the server", () => {
  expect(told({ ...ENDED, details: { arguments: {} } }).slice(0, 2)).toEqual(["s.look", "-"]);
});
