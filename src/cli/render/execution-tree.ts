import { humanDuration } from "../../base/duration.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import type { StepReport, StepStatus } from "../../model/execution.ts";
import { LOCAL_MACHINE } from "../../model/machine.ts";
import { machineReplicaName, placeOfReplica } from "../../model/replica.ts";
import { displayWidth, padWidth } from "./display-width.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { stepDetail } from "./step-detail.ts";
import type { Emphasis } from "./style.ts";

/** What a picture of an execution depends on beside its state. */
export interface TreeOptions {
  readonly nowMs: number;
  /** Lines that there is room for. Default: as many as there are. */
  readonly rows?: number;
  /** Which picture of the wheel that turns; undefined for a picture that stands still. */
  readonly frame?: number;
  /** What servers last said about their progress, by step. */
  readonly progress?: ReadonlyMap<string, string>;
}

/** An execution with its steps, one line each. */
export function executionTree(view: ExecutionView, options: TreeOptions): readonly Line[] {
  const ended = new Set(view.steps.filter(hasEnded).map((step) => step.id));
  const { shown, hidden } = chooseSteps(view.steps, (options.rows ?? Infinity) - 1);
  const widths = columnWidths(shown);
  const lines = shown.map((step) => {
    const detail = stepDetail(step, { nowMs: options.nowMs, ended, progress: options.progress?.get(step.id) });
    return [
      glyph(step, options.frame),
      span(padWidth(nameOf(step), widths.name), "bold"),
      span(`  ${padWidth(targetOf(step), widths.target)}  `),
      ...detail,
    ];
  });
  return [header(view, ended.size, options.nowMs), ...lines, ...hiddenLines(hidden)];
}

function header(view: ExecutionView, ended: number, nowMs: number): Line {
  const duration = humanDuration(Math.max(0, (view.endedAtMs ?? nowMs) - view.startedAtMs));
  return [
    span(oneLine(view.workflowId), "bold"),
    span(`  ${shortId(view.executionId)}`, "dim"),
    span(`  ${ended} of ${view.steps.length} ${view.steps.length === 1 ? "step" : "steps"}  ${duration}`),
    ...(view.status === "paused" ? [span("  paused", "warn")] : []),
    ...(view.status === "active" ? [span("  waits for its turn", "warn")] : []),
  ];
}

const WHEEL = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

const GLYPHS: Readonly<Record<StepStatus, readonly [string, Emphasis]>> = {
  completed: ["✔", "good"],
  running: ["▶", "active"],
  waiting: ["◷", "warn"],
  in_doubt: ["?", "warn"],
  failed: ["✖", "bad"],
  skipped: ["-", "dim"],
  cancelled: ["-", "dim"],
  pending: ["·", "dim"],
};

function glyph(step: StepReport, frame: number | undefined): Span {
  const [sign, emphasis] = GLYPHS[step.status];
  const turning = step.status === "running" && frame !== undefined;
  return span(` ${turning ? (WHEEL[frame % WHEEL.length] ?? sign) : sign} `, emphasis);
}

function nameOf(step: StepReport): string {
  return step.items === undefined ? step.id : `${step.id} [${step.items.total}]`;
}

function targetOf(step: StepReport): string {
  const { server, tool = "", machine = LOCAL_MACHINE } = step;
  const replica = machine === LOCAL_MACHINE ? step.replica : machineReplicaName(machine);
  if (server !== undefined) return oneLine(`${placeOfReplica(server, replica)}.${tool}`, 80);
  return step.childId === undefined ? "" : `runs ${shortId(step.childId)}`;
}

const WIDEST_NAME = 28;
const WIDEST_TARGET = 40;

function columnWidths(steps: readonly StepReport[]): { readonly name: number; readonly target: number } {
  const widest = (texts: readonly string[], limit: number): number =>
    Math.min(
      limit,
      texts.reduce((width, text) => Math.max(width, displayWidth(text)), 0),
    );
  return { name: widest(steps.map(nameOf), WIDEST_NAME), target: widest(steps.map(targetOf), WIDEST_TARGET) };
}

function hasEnded(step: StepReport): boolean {
  return step.status === "completed" || step.status === "failed" || step.status === "skipped" || step.status === "cancelled";
}

/** Steps that matter now come first when there is not room for all; they stay in their order. */
const IMPORTANCE: Readonly<Record<StepStatus, number>> = {
  in_doubt: 0,
  failed: 1,
  running: 2,
  waiting: 3,
  completed: 4,
  pending: 5,
  skipped: 6,
  cancelled: 7,
};

function chooseSteps(
  steps: readonly StepReport[],
  rows: number,
): { readonly shown: readonly StepReport[]; readonly hidden: readonly StepReport[] } {
  if (steps.length <= rows) return { shown: steps, hidden: [] };
  const order = steps.map((step, index) => ({ step, index }));
  // Of the completed ones the last are the most telling, of the others the first.
  order.sort((left, right) => {
    const importance = IMPORTANCE[left.step.status] - IMPORTANCE[right.step.status];
    if (importance !== 0) return importance;
    return left.step.status === "completed" ? right.index - left.index : left.index - right.index;
  });
  const room = Math.max(1, Math.floor(rows) - 1);
  const chosen = new Set(order.slice(0, room).map(({ index }) => index));
  return { shown: steps.filter((_, index) => chosen.has(index)), hidden: steps.filter((_, index) => !chosen.has(index)) };
}

function hiddenLines(hidden: readonly StepReport[]): readonly Line[] {
  if (hidden.length === 0) return [];
  const counts = new Map<StepStatus, number>();
  for (const { status } of hidden) counts.set(status, (counts.get(status) ?? 0) + 1);
  const text = [...counts].map(([status, count]) => `${count} ${status.replace("_", " ")}`).join(", ");
  return [[span(`   … and ${text}`, "dim")]];
}
