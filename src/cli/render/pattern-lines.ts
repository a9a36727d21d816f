import { humanDuration } from "../../base/duration.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { PatternView } from "../../contract/list-patterns.ts";
import type { PatternApplicationSummary, PatternApplicationView } from "../../contract/pattern-application.ts";
import type { PatternApplicationStatus, PatternValidation, RequirementResult } from "../../model/pattern.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import type { Emphasis } from "./style.ts";
import { tableLines } from "./table.ts";

const LONGEST = 300;

/** Patterns, one per line. */
export function patternTable(patterns: readonly PatternView[]): readonly Line[] {
  if (patterns.length === 0) return [[span("no patterns", "dim")]];
  const rows = patterns.map(({ name, version, origin, description }) => [
    span(name),
    span(oneLine(version, 20)),
    span(origin),
    span(oneLine(description.split(/[:.] /)[0] ?? "", 100)),
  ]);
  return tableLines([heading("NAME", "VERSION", "ORIGIN", "WHAT IT IS FOR"), ...rows]);
}

/** What a pattern does and needs. */
export function patternStory(pattern: PatternView): readonly Line[] {
  const { name, version, origin, description, components, appliesTo, requirements, steps, nextSteps, monitoring } = pattern;
  return [
    [span(name, "bold"), span(`  ${oneLine(version, 20)}, ${origin}`, "dim")],
    [span(`  ${oneLine(description, 1_000)}`)],
    ...list("made of", components),
    ...(appliesTo.length === 0 ? [] : [[span("  meant for", "dim"), span(`  ${oneLine(appliesTo.join(", "), LONGEST)}`)]]),
    [span("  requires", "dim")],
    ...tableLines(
      requirements.map(({ id, severity, description: words }) => [
        span(id),
        span(severity, severity === "blocking" ? "bad" : "warn"),
        span(oneLine(words, LONGEST)),
      ]),
      "    ",
    ),
    [span("  parameters", "dim")],
    ...tableLines(parameterRows(pattern), "    "),
    [span("  does", "dim")],
    ...tableLines(
      steps.map(({ id, type = "", tool, check }) => [
        span(id),
        span(type),
        span(oneLine(tool ?? (check === undefined ? "" : `check ${check}`), 100)),
      ]),
      "    ",
    ),
    ...list("then", nextSteps),
    ...(monitoring === undefined ? [] : [[span("  keeps looking at", "dim"), span(`  ${monitoring.checks.join(", ")}`)]]),
  ];
}

function parameterRows({ parameters }: PatternView): readonly (readonly Span[])[] {
  const { properties, required } = parameters;
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => {
    const { type = "", description = "", default: byDefault } = isJsonObject(schema) ? schema : {};
    const isNeeded = isJsonArray(required) && required.includes(name);
    const value = isNeeded ? span("needed", "warn") : span(`= ${oneLine(JSON.stringify(byDefault ?? null), 40)}`, "dim");
    return [
      span(name),
      span(typeof type === "string" ? type : ""),
      value,
      span(oneLine(typeof description === "string" ? description : "", LONGEST)),
    ];
  });
}

function list(title: string, entries: readonly string[]): readonly Line[] {
  if (entries.length === 0) return [];
  return [[span(`  ${title}`, "dim")], ...entries.map((entry) => [span(`    ${oneLine(entry, LONGEST)}`)])];
}

/** What was found out, requirement by requirement. */
export function validationLines({ valid, checks }: PatternValidation): readonly Line[] {
  const verdict = valid ? span("it can be applied", "good") : span("it cannot be applied", "bad");
  return [[verdict], ...tableLines(checks.map(checkRow), "  ")];
}

function checkRow({ id, severity, passed, description, detail = "" }: RequirementResult): readonly Span[] {
  const mark = passed ? span("met", "good") : severity === "blocking" ? span("blocks", "bad") : span("warning", "warn");
  return [mark, span(id), span(oneLine(passed || detail === "" ? description : `${description}: ${detail}`, 1_000))];
}

/** Applications, one per line. */
export function applicationTable(applications: readonly PatternApplicationSummary[]): readonly Line[] {
  if (applications.length === 0) return [[span("no applications", "dim")]];
  const rows = applications.map(({ applicationId, status, inForce, patternName, targetComponent, appliedAtMs, workflowId = "" }) => [
    span(shortId(applicationId)),
    span(status, emphasisOf(status)),
    force(inForce),
    span(patternName),
    span(oneLine(targetComponent, 60)),
    span(printMoment(appliedAtMs)),
    span(workflowId),
  ]);
  return tableLines([heading("ID", "STATUS", "IN FORCE", "PATTERN", "COMPONENT", "APPLIED", "WORKFLOW"), ...rows]);
}

/** Everything about one application. */
export function applicationStory(application: PatternApplicationView): readonly Line[] {
  const { applicationId, status, patternName, patternVersion, targetComponent, appliedAtMs, appliedBy } = application;
  const { workflowId, executionId, results, validationResults, monitoring, inForce, nextSteps } = application;
  return [
    [
      span(`${patternName} ${oneLine(patternVersion, 20)} to ${oneLine(targetComponent, 200)}`, "bold"),
      span("  "),
      span(status, emphasisOf(status)),
    ],
    [span(`  application ${applicationId}, ${printMoment(appliedAtMs)} by ${oneLine(appliedBy, 60)}`, "dim")],
    ...(workflowId === undefined ? [] : [[span("  workflow", "dim"), span(`  ${workflowId}`)]]),
    ...(executionId === undefined ? [] : [[span("  execution", "dim"), span(`  ${executionId}  ${results?.outcome ?? ""}`)]]),
    ...(results?.error === undefined ? [] : [[span(`  ${oneLine(results.error, 1_000)}`, "bad")]]),
    ...(validationResults === undefined
      ? []
      : [
          [span(`  requirements at ${printMoment(validationResults.checkedAtMs)}`, "dim")],
          ...tableLines(validationResults.checks.map(checkRow), "    "),
        ]),
    ...(monitoring === undefined
      ? []
      : [[span(`  looked at every ${humanDuration(monitoring.everyMs)}: ${monitoring.checks.join(", ")}  `, "dim"), force(inForce)]]),
    ...list("next", nextSteps),
  ];
}

function force(inForce: boolean | undefined): Span {
  if (inForce === undefined) return span("");
  return inForce ? span("yes", "good") : span("no", "bad");
}

function heading(...words: readonly string[]): readonly Span[] {
  return words.map((word) => span(word, "dim"));
}

function emphasisOf(status: PatternApplicationStatus): Emphasis {
  switch (status) {
    case "applied":
      return "good";
    case "failed":
    case "rejected":
      return "bad";
    case "applying":
      return "active";
    case "pending":
      return "warn";
  }
}
