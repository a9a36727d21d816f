import type { Json, JsonObject } from "tutti/server";
import type { Dashboard, Widget } from "./dashboard-table.ts";

/** The page of a dashboard: all in one file, without scripts, loaded again by itself. Everything in it is escaped. */
export function dashboardPage(dashboard: Dashboard): string {
  const { name, revision, refreshSeconds, updatedAt, widgets } = dashboard;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${refreshSeconds}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(name)}</h1>
<p>Updated ${escaped(timeOf(updatedAt))} · revision ${revision} · loads again every ${refreshSeconds} s</p></header>
<main>
${widgets.map((widget) => section(widget)).join("\n")}
</main>
</body>
</html>
`;
}

const ROWS_MAX = 100;
const COLUMNS_MAX = 12;
const TEXT_CHARACTERS_MAX = 2_000;

function section(widget: Widget): string {
  const { data } = widget;
  const wide = Array.isArray(data) && data.some((each) => typeof each === "object") ? ' class="wide"' : "";
  return `<section${wide}><h2>${escaped(widget.name)}</h2>${contentOf(widget)}</section>`;
}

function contentOf({ data, history }: Widget): string {
  if (Array.isArray(data)) return listed(data);
  if (typeof data !== "object" || data === null) return figure({ value: data }, history);
  const object = data as JsonObject;
  return "value" in object || "progress" in object ? figure(object, history) : facts(object);
}

/** A large figure, with what is said of it. */
function figure({ value, progress, unit, label, target, status, ...others }: JsonObject, history: readonly number[]): string {
  const share = typeof progress === "number" ? Math.min(1, Math.max(0, progress)) : undefined;
  const shown = value ?? (share === undefined ? null : `${Math.round(share * 100)} %`);
  return [
    `<p class="figure">${dot(status ?? (typeof shown === "string" ? shown : undefined))}${cell(shown)}${unit === undefined ? "" : ` <small>${cell(unit)}</small>`}</p>`,
    share === undefined ? "" : `<div class="bar"><div style="width:${(share * 100).toFixed(1)}%"></div></div>`,
    label === undefined ? "" : `<p>${cell(label)}</p>`,
    target === undefined ? "" : `<p>Target ${cell(target)}</p>`,
    history.length > 1 ? line(history) : "",
    Object.keys(others).length === 0 ? "" : facts(others),
  ].join("");
}

function facts(data: JsonObject): string {
  const rows = Object.entries(data).slice(0, ROWS_MAX);
  return `<dl>${rows.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${dot(value)}${cell(value)}</dd>`).join("")}</dl>${rest(Object.keys(data).length)}`;
}

function listed(data: readonly Json[]): string {
  const numbers = data.filter((each) => typeof each === "number");
  if (numbers.length > 1 && numbers.length === data.length) return line(numbers.slice(-1_000));
  const rows = data.slice(0, ROWS_MAX);
  const objects = rows.filter((each): each is JsonObject => typeof each === "object" && each !== null && !Array.isArray(each));
  if (objects.length !== rows.length || rows.length === 0) {
    return `<ul>${rows.map((each) => `<li>${dot(each)}${cell(each)}</li>`).join("")}</ul>${rest(data.length)}`;
  }
  const columns = [...new Set(objects.flatMap((row) => Object.keys(row)))].slice(0, COLUMNS_MAX);
  const body = objects.map(
    (row) => `<tr>${columns.map((column) => `<td>${dot(row[column])}${cell(row[column] ?? null)}</td>`).join("")}</tr>`,
  );
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join("");
  return `<div class="table"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>${rest(data.length)}`;
}

function rest(amount: number): string {
  return amount > ROWS_MAX ? `<p>${amount - ROWS_MAX} more are in the JSON file.</p>` : "";
}

function line(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // In halves: what is between the largest numbers that there are is no number any more.
  const span = high / 2 - low / 2 || 1;
  const points = values.map(
    (value, place) => `${((place / (values.length - 1)) * 100).toFixed(2)},${(28 - ((value / 2 - low / 2) / span) * 26).toFixed(2)}`,
  );
  const said = `From ${number(low)} to ${number(high)}, last ${number(values.at(-1) ?? 0)}`;
  return `<svg viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label="${escaped(said)}"><polyline points="${points.join(" ")}"/></svg>`;
}

const GOOD = /^(ok|healthy|up|passed|completed|complete|succeeded|success|resolved|active|closed)$/i;
const MIDDLING = /^(degraded|warning|pending|queued|running|paused|slow|half-open|armed)$/i;
const BAD = /^(unhealthy|unreachable|down|failed|error|critical|firing|dead|open)$/i;

function dot(value: Json | undefined): string {
  if (typeof value !== "string") return "";
  const kind = [GOOD, MIDDLING, BAD].findIndex((pattern) => pattern.test(value));
  return kind < 0 ? "" : `<i class="${["good", "middling", "bad"][kind]}"></i>`;
}

function cell(value: Json): string {
  if (typeof value === "number") return number(value);
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return escaped(text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text);
}

function number(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3);
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: size < 1 ? 4 : 2 }).format(value);
}

function timeOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

const STYLE = `
:root{--ground:#f6f7f9;--card:#fff;--text:#16181d;--quiet:#5b6472;--line:#e2e5ea;--accent:#2563eb;--good:#15803d;--middling:#b45309;--bad:#b91c1c}
@media (prefers-color-scheme:dark){:root{--ground:#0f1115;--card:#181b21;--text:#e8eaee;--quiet:#9aa3b2;--line:#2a2f38;--accent:#7aa7ff;--good:#4ade80;--middling:#fbbf24;--bad:#f87171}}
*{box-sizing:border-box}
body{margin:0;padding:2rem clamp(1rem,4vw,3rem);background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header{margin:0 0 1.5rem}
h1{margin:0;font-size:1.5rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:0 0 .5rem;font-size:.8rem;font-weight:600;color:var(--quiet);text-transform:uppercase;letter-spacing:.04em;overflow-wrap:anywhere}
p{margin:.25rem 0;color:var(--quiet)}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.25rem;min-width:0}
.wide{grid-column:1/-1}
.figure{font-size:2rem;line-height:1.2;font-weight:600;color:var(--text);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.figure small{font-size:1rem;font-weight:400;color:var(--quiet)}
.bar{height:.5rem;margin:.5rem 0;border-radius:.25rem;background:var(--line);overflow:hidden}
.bar div{height:100%;background:var(--accent)}
svg{display:block;width:100%;height:3rem;margin-top:.5rem}
polyline{fill:none;stroke:var(--accent);stroke-width:1.5;vector-effect:non-scaling-stroke}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--quiet)}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
ul{margin:0;padding:0;list-style:none}
li{padding:.25rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li:first-child{border-top:0}
.table{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--quiet)}
i{display:inline-block;width:.6em;height:.6em;margin-right:.45em;border-radius:50%}
.good{background:var(--good)}.middling{background:var(--middling)}.bad{background:var(--bad)}
`;
