import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toldLine } from "../runner/told-line.ts";

interface AfterRun {
  readonly out: string;
  readonly result: {
    readonly outcome?: string;
    readonly output: unknown;
    readonly metrics?: Readonly<Record<string, unknown>>;
    readonly steps?: unknown;
  };
}

/** Keeps the report and the figures of the run as files, and says where they are. */
export async function afterRun({ out, result: { output, metrics = {}, steps } }: AfterRun): Promise<readonly string[]> {
  const { html, distribution } = (output ?? {}) as { readonly html?: unknown; readonly distribution?: unknown };
  const lines: string[] = [];
  if (typeof html === "string") {
    writeFileSync(join(out, "report.html"), html);
    lines.push(toldLine("the report", join(out, "report.html")));
  }
  writeFileSync(join(out, "performance.json"), `${JSON.stringify({ metrics, steps: durationsOf(steps) }, undefined, 2)}\n`);
  return [
    ...lines,
    toldLine("the letters", `${join(out, "mail")}  (${lettersOf(distribution)})`),
    toldLine("performance", `${join(out, "performance.json")}  ${performanceOf(metrics)}`),
  ];
}

/** How long each step took, the longest first. */
function durationsOf(steps: unknown): readonly object[] {
  if (!Array.isArray(steps)) return [];
  return steps
    .flatMap(({ id, started_at: start, completed_at: end }: Readonly<Record<string, unknown>>) =>
      typeof start === "string" && typeof end === "string" ? [{ step: id, milliseconds: Date.parse(end) - Date.parse(start) }] : [],
    )
    .sort((one, other) => other.milliseconds - one.milliseconds);
}

function lettersOf(distribution: unknown): string {
  const { output } = (distribution ?? {}) as { readonly output?: { readonly letters?: readonly { readonly status?: string }[] } };
  const letters = output?.letters ?? [];
  if (letters.length === 0) return "none was sent";
  const counts = Map.groupBy(letters, ({ status }) => status ?? "failed");
  return [...counts].map(([status, ones]) => `${ones.length} ${status}`).join(", ");
}

function performanceOf(metrics: Readonly<Record<string, unknown>>): string {
  const number = (name: string): string => {
    const value = metrics[name];
    return typeof value === "number" ? String(Math.round(value * 100) / 100) : "-";
  };
  return `${number("calls")} calls in ${number("duration_ms")} ms, ${number("mean_latency_ms")} ms each in the mean, p95 ${number("p95_latency_ms")} ms, score ${number("score")}`;
}
