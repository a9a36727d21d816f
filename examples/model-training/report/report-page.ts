import { barChart, lineChart, type Span, timeline } from "./charts.ts";
import { escaped } from "./escaped.ts";
import { type Execution, partOf, type Step } from "./execution.ts";
import type { Figures } from "./figures.ts";

/** One page with everything in it: it needs no network, and is light or dark as its reader likes. */
export function reportPage(figures: Figures, execution: Execution): string {
  const { training, operations, outcome, coordination } = figures;
  const tiles = tilesOf(figures);
  const spans = spansOf(execution);
  const curve = lineChart(training.losses, { title: "Loss by epoch", unit: "epoch" });
  const bars = operations.map(({ server, calls }) => ({ name: server, amount: calls }));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Training ${escaped(outcome)}</title>
<style>${STYLE}</style>
<main>
<header>
  <h1>Train and serve recommendations</h1>
  <p><span class="badge ${outcome === "completed" ? "good" : "bad"}">${escaped(outcome.replaceAll("_", " "))}</span>
    <code>${escaped(figures.execution)}</code> · ${escaped(execution.started_at ?? "")}</p>
</header>
<section class="tiles">${tiles.map(tile).join("")}</section>
${training.losses.length > 1 ? section("How it learned", `What the model still gets wrong (logistic loss), after each of ${training.losses.length} epochs.`, curve) : ""}
${section("Who did what", "Calls by server, with every attempt.", barChart(bars, "Calls by server"))}
${spans.length > 0 ? section("When", "Steps in the order in which they began. Those that stand below one another ran side by side.", timeline(spans, "Steps over time")) : ""}
${section("Coordination", "As Tutti measured it; docs/operations.md says how.", table(coordinationRows(coordination, figures)))}
${section("Steps", "", stepTable(execution))}
</main>
</html>
`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

function tilesOf({ training, data, coordination, seconds }: Figures): readonly Tile[] {
  const baseline = training.baselineAccuracy;
  return [
    {
      name: "ranked correctly",
      value: percent(training.accuracy),
      ...(baseline === undefined ? {} : { note: `${percent(baseline)} by popularity alone` }),
    },
    { name: "trained in", value: secondsText(training.seconds), note: `${training.epochs ?? "–"} epochs` },
    { name: "learned from", value: amount(data.rowsLearned), note: `of ${amount(data.rowsRead)} purchases` },
    { name: "score", value: coordination.score === undefined ? "–" : `${coordination.score} / 100`, note: `in ${secondsText(seconds)}` },
  ];
}

function tile({ name, value, note }: Tile): string {
  return `<div class="tile"><span>${escaped(name)}</span><strong>${escaped(value)}</strong><small>${escaped(note ?? "")}</small></div>`;
}

type Rows = readonly (readonly [name: string, value: string])[];

function coordinationRows(coordination: Figures["coordination"], figures: Figures): Rows {
  const { calls, retries, failedSteps, undone, data, security, healthy } = figures;
  return [
    ["calls, repeated, failed steps, undone", `${calls}, ${retries}, ${failedSteps}, ${undone}`],
    ["critical path of what was measured", `${secondsText(coordination.criticalPathSeconds)} of ${secondsText(figures.seconds)}`],
    ["parallel efficiency", percent(coordination.parallelEfficiency)],
    ["the most that is possible", percent(coordination.maximumEfficiency)],
    ["of that was reached", percent(coordination.efficiencyRatio)],
    ["overhead of coordination", percent(coordination.overheadShare)],
    ["mean latency of a call", coordination.meanLatencyMs === undefined ? "–" : `${coordination.meanLatencyMs.toFixed(1)} ms`],
    ["calls to a server that has the tool", percent(coordination.selectionAccuracy)],
    ["written to files; stored, with replicas", `${megabytes(data.fileBytes)}; ${megabytes(data.storedBytes)}`],
    ["entries in the audit log, unchanged", `${security.entries ?? "–"}, ${security.valid === true ? "yes" : "not verified"}`],
    ["healthy servers at the end", `${healthy.servers} of ${healthy.of}`],
  ];
}

function table(rows: Rows): string {
  return `<table>${rows.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join("")}</table>`;
}

function section(title: string, text: string, content: string): string {
  return `<section><h2>${escaped(title)}</h2>${text === "" ? "" : `<p class="muted">${escaped(text)}</p>`}${content}</section>`;
}

function spansOf({ steps = [], started_at: start = "" }: Execution): readonly Span[] {
  const zero = Date.parse(start);
  const spans = steps.flatMap(({ id, status, server, started_at: from, completed_at: to }): readonly Span[] => {
    if (typeof server !== "string" || typeof from !== "string" || typeof to !== "string") return [];
    return [{ name: id, fromMs: Date.parse(from) - zero, toMs: Date.parse(to) - zero, failed: status === "failed" }];
  });
  return [...spans, ...jobSpan(steps, zero)].toSorted((one, other) => one.fromMs - other.fromMs);
}

/** The training itself runs beside the steps: one begins it, another waits for its end. */
function jobSpan(steps: readonly Step[], zero: number): readonly Span[] {
  const job = partOf(steps.find(({ id }) => id === "trained")?.output, "jobs", 0);
  const [from, to] = [partOf(job, "started_at"), partOf(job, "ended_at")];
  if (typeof from !== "string" || typeof to !== "string") return [];
  return [{ name: "(the job itself)", fromMs: Date.parse(from) - zero, toMs: Date.parse(to) - zero, failed: false }];
}

function stepTable({ steps = [] }: Execution): string {
  const rows = steps.map(({ id, status, server, tool, attempts = 0, compensation }) => {
    const state = compensation ? `${status}, undone: ${compensation}` : status;
    const call = typeof server === "string" ? `${server}.${tool ?? ""}` : "";
    return `<tr><th scope="row">${escaped(id)}</th><td><code>${escaped(call)}</code></td><td>${escaped(state)}</td><td class="number">${attempts}</td></tr>`;
  });
  return `<table><thead><tr><th>step</th><th>tool</th><th>state</th><th class="number">attempts</th></tr></thead>${rows.join("")}</table>`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(share * 100).toFixed(1)} %`;
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? "–" : `${seconds.toFixed(1)} s`;
}

function amount(count: number | undefined): string {
  return count === undefined ? "–" : count.toLocaleString("en-GB");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #fbfbf9; --card: #fff; --ink: #1c2430; --muted: #667085; --grid: #e4e6ea; --line: #2b6cb0; --good: #1f7a4d; --bad: #b3372f; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --card: #1c2027; --ink: #e8eaee; --muted: #98a2b3; --grid: #2e343d; --line: #6ea8e6; --good: #57b98a; --bad: #e8837b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 0 0 4px; }
p { margin: 0 0 12px; }
code { font-size: 0.85em; }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 20px; margin-top: 20px; overflow-x: auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; }
.tile span, .tile small, .muted { color: var(--muted); display: block; }
.tile strong { font-size: 1.5rem; font-weight: 600; }
.badge { border-radius: 999px; padding: 2px 10px; font-size: 0.85rem; color: var(--page); }
.badge.good { background: var(--good); } .badge.bad { background: var(--bad); }
svg { width: 100%; height: auto; display: block; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg text.muted { fill: var(--muted); } svg text.small { font-size: 11px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.line { fill: none; stroke: var(--line); stroke-width: 2; }
.dot, .bar { fill: var(--line); } .failed { fill: var(--bad); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-top: 1px solid var(--grid); font-weight: 400; vertical-align: top; }
thead th { color: var(--muted); border-top: 0; }
.number { text-align: right; }
`;
