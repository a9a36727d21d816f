import { humanDuration } from "../../base/duration.ts";
import type { CapabilityMatrix, ServerCapability, WorkflowCapability } from "../../model/capability-matrix.ts";
import type { Effect } from "../../model/workflow.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** What can be done with the servers, what must come before what, and how a workflow would run on them. */
export function capabilityLines({ toolCount, servers, relationships, workflow }: CapabilityMatrix): readonly Line[] {
  const counts = [counted(toolCount, "tool"), counted(servers.length, "server"), counted(relationships.length, "relationship")];
  return [
    [span(counts.join(", "), "bold")],
    ...tableLines(servers.map(serverRow)),
    ...(relationships.length === 0 ? [] : [[], [span("what comes before what", "bold")]]),
    ...tableLines(
      relationships.map(({ kind, before, after }) => [span(` ${oneLine(before, 120)} → ${oneLine(after, 120)}`), span(kind, "dim")]),
    ),
    ...(workflow === undefined ? [] : [[], ...workflowLines(workflow)]),
  ];
}

function serverRow({ server, available, tools }: ServerCapability): readonly Span[] {
  const effects: readonly Effect[] = ["read", "idempotent", "once"];
  const parts = effects.flatMap((effect) => {
    const count = tools.filter((tool) => tool.effect === effect).length;
    return count === 0 ? [] : [`${count} ${effect}`];
  });
  return available
    ? [span(" ✔", "good"), span(server, "bold"), span(counted(tools.length, "tool")), span(parts.join(", "), "dim")]
    : [span(" ✖", "bad"), span(server, "bold"), span("does not answer", "bad")];
}

function workflowLines({ workflowId, stepCount, parallelPaths, estimate }: WorkflowCapability): readonly Line[] {
  const { bestMs, expectedMs, worstMs } = estimate;
  const times = `${humanDuration(bestMs)} at best, about ${humanDuration(expectedMs)}, ${humanDuration(worstMs)} one after the other`;
  return [
    [span(oneLine(workflowId), "bold"), span(`  ${counted(stepCount, "step")}`, "dim")],
    ...tableLines(
      [
        [span("side by side", "dim"), span(`up to ${counted(parallelPaths, "path")}`)],
        [span("takes", "dim"), span(times)],
      ],
      " ",
    ),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
