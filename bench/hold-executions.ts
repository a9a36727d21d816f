// Run as a process of its own: node hold-executions.ts DIRECTORY COUNT
// Starts so many executions of five steps on a journal and a real server, which never answers the call of the third. When
// all of those calls are in flight it says the most memory that it has used, in MB, and waits until it is killed.
import { systemClock } from "../src/base/clock.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { planOf } from "../test/support/plan-of.ts";
import { Arrival } from "./arrival.ts";
import { catalogOfBench, openBenchWorkspace } from "./bench-workspace.ts";

const STARTED_AT_ONCE = 100;

const [directory = "", count = ""] = process.argv.slice(2);
const executions = Number(count);

await using arrival = await Arrival.open(directory);
await using journal = await openJournal({ directory, clock: systemClock });
const servers = [{ name: "s", file: "holding-server.ts", args: [count, arrival.path], places: executions }];
await using workspace = openBenchWorkspace({ journal, servers, places: executions });

const plan = planOf(
  `
id: held
steps:
  - { id: a, tool: s.answer, with: { n: 1 } }
  - { id: b, tool: s.answer, with: { text: "\${{ steps.a.output.text }}" } }
  - { id: c, tool: s.hold, timeout: 1h, with: { text: "\${{ steps.b.output.text }}" } }
  - { id: d, tool: s.answer, with: { text: "\${{ steps.c.output.text }}" } }
  - { id: e, tool: s.answer, with: { text: "\${{ steps.d.output.text }}" } }
`,
  await catalogOfBench(workspace, servers),
);

for (let started = 0; started < executions; started += STARTED_AT_ONCE) {
  const batch = Math.min(STARTED_AT_ONCE, executions - started);
  await Promise.all(Array.from({ length: batch }, () => workspace.supervisor.start({ plan, inputs: {} })));
}
await arrival.arrived;
process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`);
// Ends with the process that started this one, in whatever way that goes.
process.stdin.resume().on("end", () => process.kill(process.pid, "SIGKILL"));
await new Promise(() => undefined);
