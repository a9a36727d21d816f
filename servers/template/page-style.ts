/** Of every page. Colours have names, so that charts and tables change with the page. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #ffffff; --ink: #1d2227; --soft: #5b6570; --line: #e2ded5;
  --accent: #17607a; --good: #1c7a4a; --bad: #b3372f; --warn: #9a6200;
  --s0: #17607a; --s1: #c8663a; --s2: #5d8a3a; --s3: #8a5aa8; --s4: #b8912f; --s5: #3f7fbf; --s6: #a8466f; --s7: #6b7280; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181c; --card: #1c2228; --ink: #e6e9ec; --soft: #9aa6b2; --line: #2e3740; --accent: #6fc0dc;
    --good: #6cc793; --bad: #f08a80; --warn: #e0b050;
    --s0: #6fc0dc; --s1: #f0a074; --s2: #a4cf7c; --s3: #c8a2e0; --s4: #e6c66a; --s5: #86b8f0; --s6: #e68fb2; --s7: #a0a8b4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.65;
  font: 17px/1.65 ui-serif, "Iowan Old Style", Charter, Georgia, serif; overflow-wrap: break-word; }
main { max-width: 44rem; margin: 0 auto; padding: 3.5rem 1.4rem 5rem; }
main:has(.report) { max-width: 60rem; }
h1, h2, h3, .kpi, table, figcaption, .meta, blockquote, svg text { font-family: ui-sans-serif, system-ui, "Segoe UI", sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 0.6rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.4rem 0 0.5rem; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 0.3rem; }
h1 + p em { color: var(--soft); }
p { margin: 0 0 1.05rem; }
a { color: var(--accent); text-underline-offset: 0.18em; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2.6rem 0; }
blockquote { margin: 0 0 1.6rem; padding: 0.7rem 1rem; border-left: 3px solid var(--accent); background: var(--card); font-size: 0.92rem; }
blockquote p:last-child { margin: 0; }
code, pre { font: 0.86em/1.55 ui-monospace, "SF Mono", Menlo, monospace; background: var(--card); border-radius: 4px; }
code { padding: 0.1em 0.3em; } pre { padding: 0.9rem 1rem; overflow-x: auto; border: 1px solid var(--line); } pre code { padding: 0; }
table { width: 100%; border-collapse: collapse; font-size: 0.88rem; margin: 0.8rem 0 1.6rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.45rem 0.7rem 0.45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
.meta, figcaption, .kpi .name { color: var(--soft); font-size: 0.86rem; }
.kpis { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.9rem; margin: 1.8rem 0; }
.kpi, figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; margin: 0; }
.kpi .value { display: block; font-size: 1.7rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; }
.kpi .unit { font-size: 0.95rem; font-weight: 450; color: var(--soft); }
.kpi .change { font-size: 0.86rem; font-weight: 600; color: var(--soft); } .up { color: var(--good) !important; } .down { color: var(--bad) !important; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0.9rem; margin: 1.2rem 0; }
figcaption { color: var(--ink); font-weight: 600; margin-bottom: 0.4rem; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 14px; }
svg .grid { stroke: var(--line); } svg .zero { stroke: var(--soft); }
.severity-critical, .severity-error { color: var(--bad); } .severity-warning { color: var(--warn); } .severity-info { color: var(--accent); }
@media print { body { background: none; font-size: 11pt; } main { padding: 0; } .kpi, figure { break-inside: avoid; } }
`;
