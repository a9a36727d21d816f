import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toldLine } from "../runner/told-line.ts";

interface AfterRun {
  readonly out: string;
  readonly result: { readonly output: unknown };
}

interface Service {
  readonly name: string;
  /** For the calls that were answered. */
  readonly attempts: number;
  readonly answered: number;
  readonly calls: number;
  readonly breaker: string;
}

/** Keeps the report as a file, and says how the services did. */
export async function afterRun({ out, result }: AfterRun): Promise<readonly string[]> {
  const { html, services } = (result.output ?? {}) as { readonly html?: unknown; readonly services?: readonly Service[] | null };
  const lines: string[] = [];
  if (typeof html === "string") {
    writeFileSync(join(out, "report.html"), html);
    lines.push(toldLine("the report", join(out, "report.html")));
  }
  for (const { name, calls, answered, attempts, breaker } of services ?? []) {
    // What came to nothing does not say how often it was tried: that is in the log.
    const effort = answered === 0 ? "" : `, in ${attempts} attempts`;
    lines.push(toldLine(name, `${answered} of ${calls} calls answered${effort}, breaker ${breaker}`));
  }
  const log = join(out, "requests.log");
  if (existsSync(log))
    lines.push(toldLine("what came", `${log}  (${readFileSync(log, "utf8").trim().split("\n").length} requests so far)`));
  return lines;
}
