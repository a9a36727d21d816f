import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { linesOf } from "../../test/support/log-lines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { CallError, CallOutcome, CallRequest } from "../model/call.ts";
import type { LogLevel } from "../ports/log.ts";
import type { Labels, Metrics } from "../ports/metrics.ts";
import type { NextStage } from "./call-stage.ts";
import { measureCall } from "./measure-call.ts";

const WELL: CallOutcome = { kind: "succeeded", output: "the output of the tool" };

function failed(kind: CallError["kind"]): CallOutcome {
  return { kind: "failed", accepted: true, error: { kind, message: "the words of the error" } };
}

/** Measures one call that ends like this, and gives all that was measured and told of it. */
async function measured(
  outcome: CallOutcome,
  request: Partial<CallRequest> = {},
  { lowest = "trace", work }: { readonly lowest?: LogLevel; readonly work?: NextStage } = {},
) {
  const clock = new ManualClock();
  const counted: (readonly [string, Labels])[] = [];
  const recorded: (readonly [string, Labels, number])[] = [];
  const metrics: Metrics = {
    count: (name, labels) => void counted.push([name, labels]),
    record: (name, labels, seconds) => void recorded.push([name, labels, seconds]),
    observe: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const { log, lines } = linesOf(lowest);
  const stage = measureCall({ metrics, log, servers: new Map([["s", serverConfig()]]) });
  const call = callOnItsWay({ ...request, input: { pin: "the arguments" } }, clock);
  const next: NextStage = async (further) => {
    await further.record.queued(async () => clock.advance(20));
    await further.record.atServer(async () => clock.advance(300));
    clock.advance(1);
    return outcome;
  };
  const given = await stage(call, work ?? next);
  return { given, counted, recorded, lines };
}

test.each([
  ["succeeded", WELL],
  ["cached", { ...WELL, source: "cache" as const }],
  ["cached", { ...WELL, source: "stale_cache" as const }],
  ["timeout", failed("timeout")],
  ["connection", { kind: "unknown", error: { kind: "connection", message: "gone" } } as const],
])("an attempt is counted by how it ended: %s", async (result, outcome) => {
  const { given, counted } = await measured(outcome);
  expect(given).toBe(outcome);
  expect(counted).toEqual([["tutti_calls_total", { server: "s", tool: "t", outcome: result }]]);
});

test("where its time went is recorded in seconds", async () => {
  const { recorded } = await measured(WELL);
  expect(recorded).toEqual([
    ["tutti_call_queue_seconds", { server: "s" }, 0.02],
    ["tutti_call_overhead_seconds", { server: "s" }, 0.001],
    ["tutti_call_duration_seconds", { server: "s" }, 0.3],
  ]);
});

test("what went nowhere has no durations", async () => {
  const { recorded } = await measured(WELL, {}, { work: async () => WELL });
  expect(recorded).toEqual([]);
});

test("only attempts after the first are repetitions", async () => {
  const names = async (attempt: number): Promise<readonly string[]> => (await measured(WELL, { attempt })).counted.map(([name]) => name);
  expect(await names(1)).not.toContain("tutti_call_retries_total");
  expect(await names(2)).toContain("tutti_call_retries_total");
});

test.each([
  [
    "a server that nobody has configured",
    { server: "made-up", tool: "x" },
    failed("not_found"),
    { server: "(unknown)", tool: "(unknown)" },
  ],
  ["a tool that the server does not have", { tool: "made-up" }, failed("not_found"), { server: "s", tool: "(unknown)" }],
  ["a tool that the caller may not use", { tool: "made-up" }, failed("denied"), { server: "s", tool: "(unknown)" }],
])("%s gets no measurements under its name", async (_, request, outcome, labels) => {
  const { counted } = await measured(outcome, request);
  expect(counted[0]?.[1]).toMatchObject(labels);
});

test.each([
  [WELL, "debug", "a call has succeeded"],
  [failed("tool_error"), "warn", "a call has failed"],
  [failed("cancelled"), "debug", "a call has failed"],
  [{ kind: "unknown", error: { kind: "timeout", message: "?" } } as const, "warn", "a call has ended without an answer"],
])("the log is told how it ended, with the ids of what it belongs to", async (outcome, level, message) => {
  const { lines } = await measured(outcome, { attempt: 2, call: { step: "a", item: 3 } });
  expect(lines).toMatchObject([
    {
      level,
      message,
      fields: {
        execution_id: "e",
        workflow_id: "w",
        call: "a[3]",
        attempt: 2,
        server: "s",
        tool: "t",
        queued_ms: 20,
        server_ms: 300,
        overhead_ms: 1,
      },
    },
  ]);
});

test("neither arguments nor outputs nor the words of errors are in the log", async () => {
  for (const outcome of [WELL, failed("tool_error")]) {
    expect(JSON.stringify((await measured(outcome)).lines)).not.toMatch(/the (arguments|output|words)/);
  }
});

test("a log that takes only warnings is told nothing of what succeeds", async () => {
  expect((await measured(WELL, {}, { lowest: "warn" })).lines).toEqual([]);
  expect((await measured(failed("timeout"), {}, { lowest: "warn" })).lines).toHaveLength(1);
});
