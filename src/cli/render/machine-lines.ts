import type { Machine } from "../../model/machine.ts";
import { amountsOf } from "../../model/step-claim.ts";
import { resourceWords } from "../../model/resource-words.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** Machines, one per line. */
export function machineTable(machines: readonly Machine[]): readonly Line[] {
  return tableLines(
    machines.map((machine) => [
      span(machine.machineId, "bold"),
      statusSpan(machine),
      span(`${machine.tasks} ${machine.tasks === 1 ? "task" : "tasks"}`),
      span(usageWords(machine), "dim"),
      span(oneLine(machine.runningServices.join(", "), 400)),
    ]),
  );
}

/** One machine, with all that is known of it. */
export function machineLines(machine: Machine): readonly Line[] {
  const { hostname, primaryIp, role, resources, version, platform, registeredAtMs, lastHeartbeatAtMs, runningServices } = machine;
  const has = amountsOf(resources).map(([name, amount]) => {
    const { key, amount: words } = resourceWords(name, amount);
    return `${key} ${words}`;
  });
  const rows: readonly (readonly [string, string])[] = [
    ["host", [hostname, ...(primaryIp === undefined ? [] : [`(${primaryIp})`])].join(" ")],
    ["role", role],
    ["has", has.join(", ")],
    ["in use", usageWords(machine)],
    ["tasks", String(machine.tasks)],
    ["servers", runningServices.join(", ")],
    ["software", `${version}, ${platform}`],
    ["joined", printMoment(registeredAtMs)],
    ["last heard of", printMoment(lastHeartbeatAtMs)],
  ];
  const shown = rows.filter(([, value]) => value !== "");
  return [
    [span(machine.machineId, "bold"), span("  "), statusSpan(machine)],
    ...tableLines(
      shown.map(([name, value]) => [span(name, "dim"), span(oneLine(value, 400))]),
      "  ",
    ),
  ];
}

function statusSpan({ status }: Machine): Span {
  return span(status, status === "online" ? "good" : status === "offline" ? "bad" : "warn");
}

function usageWords({ usage }: Machine): string {
  const percent = (name: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`${name} ${Math.round(value * 100)} %`];
  return [...percent("cpu", usage.cpu), ...percent("memory", usage.memory), ...percent("disk", usage.disk)].join(", ");
}
