import { Liquid } from "liquidjs";
import { cell, link, oneLine, signed, spoken, withoutMarks } from "./liquid-filters.ts";
import { markdownHtml } from "./markdown.ts";
import type { SourceKind } from "./render-job.ts";
import { svgChart } from "./svg-chart.ts";

/** Of source. */
const CHARACTERS_MAX = 100_000;
/** What a loop or a text may become; LiquidJS counts items and characters. */
const MEMORY_MAX = 20_000_000;

/** These would read files, and there are none. */
const TAGS_OF_FILES = ["include", "render", "layout", "block"];

const ENGINES: Readonly<Record<SourceKind, Liquid>> = { markdown: engineFor("markdown"), html: engineFor("html") };

/**
 * The text of a template. A name that the parameters do not have is a mistake, except in a condition; only what belongs to
 * the parameters themselves can be read. In HTML all that is put in is escaped.
 *
 * @throws Error - the template makes no sense, or wants too much
 */
export function liquidText(source: string, kind: SourceKind, parameters: Readonly<Record<string, unknown>>): string {
  const engine = ENGINES[kind];
  return engine.renderSync(engine.parse(source), parameters) as string;
}

/** The names of what a template reads, without those that it makes itself. @throws Error - it makes no sense */
export function inspectSource(source: string): readonly string[] {
  const engine = ENGINES.markdown;
  return engine.globalVariablesSync(engine.parse(source));
}

function engineFor(kind: SourceKind): Liquid {
  const engine = new Liquid({
    templates: {},
    cache: false,
    dynamicPartials: false,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    parseLimit: CHARACTERS_MAX,
    memoryLimit: MEMORY_MAX,
    timezoneOffset: 0,
    locale: "en-US",
    ...(kind === "html" ? { outputEscape: "escape" } : {}),
  });
  for (const name of TAGS_OF_FILES) delete engine.tags[name];
  engine.registerFilter("line", oneLine);
  engine.registerFilter("cell", cell);
  engine.registerFilter("plain", withoutMarks);
  engine.registerFilter("link", link);
  engine.registerFilter("spoken", spoken);
  engine.registerFilter("signed", signed);
  // The one of LiquidJS would let through what is put in as it is.
  engine.registerFilter("raw", (value: unknown) => value);
  engine.registerFilter("chart", { raw: true, handler: svgChart });
  engine.registerFilter("markdown", { raw: true, handler: (value: unknown) => markdownHtml(textOf(value)) });
  return engine;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : spoken(value);
}
