import { expect, test } from "vitest";
import { executionMetrics, executionView, stepReport } from "../../../test/support/execution-view.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { executionResult } from "./execution-result.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

const metrics = executionMetrics({ calls: 15, retries: 1, durationMs: 3_400, criticalPathMs: 3_100, parallelEfficiency: 0.912 });

function show(view: ExecutionView, flags: string = ""): readonly string[] {
  return printLines(executionResult(view, flags), { style: plain }).trimEnd().split("\n");
}

test("an execution that completed shows its output and where there is more", () => {
  const view = executionView([], { outcome: "completed", status: "completed", output: { digest: "out/digest.md", count: 3 }, metrics });
  expect(show(view, " --config x.yaml")).toEqual([
    "completed in 3.4 s   15 calls, 1 retry   critical path 3.1 s (91 %)",
    "  digest  out/digest.md",
    "  count   3",
    "  more    tutti executions show 0193f2c7-89ab --config x.yaml",
  ]);
});

test("an execution that failed says who said what, what still stands and how to try again", () => {
  const view = executionView([stepReport("charge", { status: "failed" })], {
    outcome: "rollback_failed",
    status: "failed",
    error: { kind: "tool_error", message: "card declined", server: "pay", tool: "charge" },
    leftovers: [
      { step: "labels", item: 3, reason: "compensation_failed", error: { kind: "timeout", message: "no answer" } },
      { step: "mail", reason: "not_compensatable" },
    ],
    metrics: { ...metrics, retries: 0 },
  });
  expect(show(view)).toEqual([
    "failed, and not everything could be undone in 3.4 s   15 calls   critical path 3.1 s (91 %)",
    "  error         pay.charge: card declined",
    "  still stands  labels[3]: its compensation failed: no answer",
    "  still stands  mail: it changed something and declares no compensation",
    "  more          tutti executions show 0193f2c7-89ab",
    "   To run again what did not succeed:",
    "    tutti executions retry 0193f2c7-89ab",
  ]);
});

const doubt = stepReport("charge", {
  status: "in_doubt",
  server: "pay",
  tool: "charge",
  error: { kind: "connection", message: "the connection was lost" },
});
const approval = stepReport("sign_off", { status: "waiting", waitingFor: { kind: "approval", message: "Ship?" } });

test("an execution in doubt that nobody drives says every command that is needed", () => {
  expect(show(executionView([doubt], { status: "paused", needsPerson: true, driven: false, metrics }))).toEqual([
    "stands still until a person moves it on after 3.4 s   15 calls, 1 retry",
    "  more  tutti executions show 0193f2c7-89ab",
    " ? charge  pay.charge  in doubt: the connection was lost",
    "   It may or may not have taken effect. Find out, then say which:",
    `    tutti executions resolve 0193f2c7-89ab charge --happened --output '{"...": "..."}'`,
    "    tutti executions resolve 0193f2c7-89ab charge --not-happened",
    "    tutti executions resolve 0193f2c7-89ab charge --fail",
    "   Then go on:",
    "    tutti executions resume 0193f2c7-89ab",
  ]);
});

test("an execution that waits because of the workflow that it runs says where to look", () => {
  const step = stepReport("fulfil", { status: "running", childId: "0193f2c8-1111-7000-8000-000000000000", waitingFor: { kind: "child" } });
  const shown = show(executionView([step], { status: "paused", needsPerson: true, driven: false, metrics }), " --data-dir d");
  expect(shown.slice(2)).toEqual([
    " ? fulfil  the workflow that it runs waits for a person. To see for what:",
    "    tutti executions show 0193f2c8-1111 --data-dir d",
    "   Then go on:",
    "    tutti executions resume 0193f2c7-89ab --data-dir d",
  ]);
  expect(show(executionView([step], { metrics })).slice(2)).toEqual([]);
});

test("items in doubt are named, and the commands name the first of them", () => {
  const counts = { total: 9, completed: 1, failed: 0, running: 6, inDoubt: [1, 2, 4, 5, 7, 8] };
  const shown = show(executionView([{ ...doubt, items: counts }], { status: "paused", needsPerson: true, driven: false, metrics }));
  expect(shown.slice(2, 6)).toEqual([
    " ? charge[1], charge[2], charge[4], charge[5], charge[7] and 1 more  pay.charge  in doubt: the connection was lost",
    "   Each may or may not have taken effect. Find out, then say which, one by one:",
    `    tutti executions resolve 0193f2c7-89ab 'charge[1]' --happened --output '{"...": "..."}'`,
    "    tutti executions resolve 0193f2c7-89ab 'charge[1]' --not-happened",
  ]);
});

test.each<[string, Partial<ExecutionView>, readonly string[]]>([
  [
    "an approval that is driven needs no more than an answer",
    { steps: [approval], needsPerson: true },
    ["approve 0193f2c7-89ab sign_off", "approve 0193f2c7-89ab sign_off --refuse"],
  ],
  [
    "an approval that is not driven needs an answer and somebody who goes on",
    { steps: [approval], needsPerson: true, driven: false },
    ["approve 0193f2c7-89ab sign_off", "approve 0193f2c7-89ab sign_off --refuse", "resume 0193f2c7-89ab"],
  ],
  ["a pause is lifted", { status: "paused", needsPerson: true, driven: false }, ["resume 0193f2c7-89ab"]],
  ["what was interrupted is taken up", { driven: false }, ["resume 0193f2c7-89ab"]],
  ["what is under way needs nothing", { driven: true }, []],
])("%s", (_name, details, commands) => {
  const lines = show(executionView([], details)).filter((line) => line.startsWith("    tutti executions "));
  expect(lines.map((line) => line.replace("    tutti executions ", ""))).toEqual(commands);
});

test("commands are whole on a narrow terminal, because they are typed as they stand; values are cut", () => {
  const view = executionView([], { outcome: "completed", status: "completed", output: { page: "x".repeat(150) } });
  const text = printLines(executionResult(view, " --config a/folder/that/has/a/long/name/tutti.yaml"), { style: plain, columns: 40 });
  expect(text).toMatch(/show \S+ --config a\/folder\/that\/has\/a\/long\/name\/tutti\.yaml$/m);
  expect(text).toMatch(/^ {2}page {2}x+…$/m);
});
