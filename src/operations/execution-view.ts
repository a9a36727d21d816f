import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionReport } from "../model/execution.ts";

/** A report with whether anything moves the execution on, which an ended one needs no more. */
export function executionView(report: ExecutionReport, driven: boolean): ExecutionView {
  return { ...report, driven: driven && report.outcome === undefined };
}
