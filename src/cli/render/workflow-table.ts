import type { Json, JsonObject } from "../../base/json.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { GetWorkflowOutput } from "../../contract/get-workflow.ts";
import type { WorkflowVersionView } from "../../contract/list-workflow-versions.ts";
import type { WorkflowSummary } from "../../contract/list-workflows.ts";
import type { WorkflowStatus } from "../../model/stored-workflow.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line } from "./span.ts";
import type { Emphasis } from "./style.ts";
import { tableLines } from "./table.ts";

/** Stored workflows, one per line. */
export function workflowTable(workflows: readonly WorkflowSummary[]): readonly Line[] {
  if (workflows.length === 0) return [[span("no workflows", "dim")]];
  const heading = ["ID", "STATUS", "VERSION", "STEPS", "PATTERN", "CHANGED", "NAME"].map((text) => span(text, "dim"));
  const rows = workflows.map(({ workflowId, status, version, stepCount, pattern = "", updatedAtMs, name = "" }) => [
    span(workflowId),
    span(status, emphasisOf(status)),
    span(String(version)),
    span(String(stepCount)),
    span(oneLine(pattern, 40)),
    span(printMoment(updatedAtMs)),
    span(oneLine(name, 60)),
  ]);
  return tableLines([heading, ...rows]);
}

/** Versions of one workflow, one per line. */
export function versionTable(versions: readonly WorkflowVersionView[]): readonly Line[] {
  const heading = ["VERSION", "MADE", "BY"].map((text) => span(text, "dim"));
  const rows = versions.map(({ version, createdAtMs, createdBy }) => [
    span(String(version)),
    span(printMoment(createdAtMs)),
    span(oneLine(createdBy, 60)),
  ]);
  return tableLines([heading, ...rows]);
}

/** What a workflow is, how it is, and what it does, for people; the whole definition is in the document. */
export function workflowStory(workflow: GetWorkflowOutput): readonly Line[] {
  const { workflowId, version, status, definition, createdAtMs, updatedAtMs, createdBy, latestExecution } = workflow;
  const texts = ["name", "description", "pattern"].flatMap((key) => {
    const text = definition[key];
    return typeof text === "string" ? [[span(`  ${key}`, "dim"), span(`  ${oneLine(text, 300)}`)]] : [];
  });
  const inputs = Object.keys(isJsonObject(definition["inputs"]) ? definition["inputs"] : {});
  return [
    [span(workflowId, "bold"), span(`  version ${version}  `), span(status, emphasisOf(status))],
    ...texts,
    [span(`  made ${printMoment(createdAtMs)} by ${oneLine(createdBy, 60)}, changed ${printMoment(updatedAtMs)}`, "dim")],
    ...(latestExecution === undefined
      ? []
      : [[span(`  newest execution ${shortId(latestExecution.executionId)}  ${latestExecution.outcome ?? latestExecution.status}`)]]),
    ...(inputs.length === 0 ? [] : [[span("  inputs", "dim"), span(`  ${oneLine(inputs.join(", "), 300)}`)]]),
    ...tableLines(stepsOf(definition).map(stepRow), "  "),
  ];
}

function stepsOf(definition: JsonObject): readonly JsonObject[] {
  return ["steps", "finally"].flatMap((key) => {
    const steps = definition[key];
    return isJsonArray(steps) ? steps.filter(isJsonObject) : [];
  });
}

const ACTIONS = ["tool", "workflow", "sleep", "until"] as const;

function stepRow(step: JsonObject): Line {
  const action = ACTIONS.find((key) => key in step);
  const what = action === undefined ? (["approval", "value"].find((key) => key in step) ?? "") : `${action} ${textOf(step[action])}`;
  const needs = isJsonArray(step["needs"]) ? `after ${step["needs"].map(textOf).join(", ")}` : "";
  return [span(oneLine(textOf(step["id"]), 60), "bold"), span(oneLine(what, 80)), span(oneLine(needs, 120), "dim")];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function emphasisOf(status: WorkflowStatus): Emphasis {
  switch (status) {
    case "completed":
      return "good";
    case "failed":
      return "bad";
    case "paused":
      return "warn";
    case "draft":
      return "dim";
    case "active":
    case "executing":
      return "active";
  }
}
