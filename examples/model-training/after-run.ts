import { readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Execution } from "./report/execution.ts";
import { figuresOf } from "./report/figures.ts";
import { reportPage } from "./report/report-page.ts";
import { toldLine } from "../runner/told-line.ts";

interface AfterRunSettings {
  readonly folder: string;
  readonly out: string;
  readonly result: Execution;
}

/** Writes what the execution has done into `report.html` and `metrics.json`, and says where it and all else can be found. */
// oxlint-disable-next-line typescript/require-await -- the runner waits for whatever examples do here.
export async function afterRun({ folder, out, result }: AfterRunSettings): Promise<readonly string[]> {
  const figures = figuresOf(result);
  const report = join(out, "report.html");
  const metrics = join(out, "metrics.json");
  writeFileSync(report, reportPage(figures, result));
  writeFileSync(metrics, `${JSON.stringify(figures, null, 2)}\n`);
  const shown = (path: string): string => join("examples", "model-training", relative(folder, path));
  return [
    toldLine("report", shown(report)),
    toldLine("figures", shown(metrics)),
    ...["mail", "slack", "webhooks"].map((name) =>
      toldLine(name, `${shown(join(out, name))} (${amountSince(join(out, name), result)} new)`),
    ),
    toldLine("dashboard", shown(join(out, "dashboards"))),
  ];
}

/** Files of receivers begin with the moment when they came. */
function amountSince(folder: string, { started_at: start = "" }: Execution): number {
  return readdirSync(folder).filter((name) => name >= start.replaceAll(":", "-")).length;
}
