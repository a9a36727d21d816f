import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallError } from "../model/call.ts";
import { documentedSteps } from "../model/documented-steps.ts";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";

/** What became of a step, in one word each. */
type Ending = "completed" | "failed" | "rolled_back";

/**
 * What happened in an execution, in the words that its workflow has for it under `metadata.results`, else by the ids of
 * the steps. Of steps that only validate, and of `finally` steps, success is told only where the workflow has a word for it.
 */
export class StepWords {
  readonly #report: ExecutionReport;
  /** As the workflow has them: a step has done what its gates accepted. */
  readonly #steps: readonly StepReport[];
  readonly #nodes: ReadonlyMap<string, PlanNode>;
  readonly #words: JsonObject;
  readonly #bestEffort: boolean;

  constructor(report: ExecutionReport, plan: Plan) {
    this.#report = report;
    this.#steps = documentedSteps(report.steps);
    this.#nodes = new Map(plan.nodes.map((node) => [node.step.id, node]));
    const results = plan.workflow.metadata?.["results"];
    this.#words = isJsonObject(results) ? results : {};
    this.#bestEffort = plan.workflow.errorPolicy.mode === "best_effort";
  }

  /** What was done and what was not: a list, and one word unless several steps failed. */
  get story(): JsonObject {
    const { completed, failed, degraded } = this;
    const [first, ...others] = failed;
    return {
      completed,
      ...(first === undefined ? {} : { failed: others.length === 0 ? first : failed }),
      ...(degraded.length === 0 ? {} : { degraded }),
    };
  }

  get completed(): readonly string[] {
    return this.#steps.flatMap((step) => {
      if (step.status !== "completed" || hasFailedItems(step)) return [];
      const word = this.#word(step.id, "completed");
      if (word !== undefined) return [word];
      return step.phase === "finally" || this.#nodes.get(step.id)?.step.validates === true ? [] : [step.id];
    });
  }

  get failed(): readonly string[] {
    const failed = this.#steps.filter((step) => step.status === "failed" || hasFailedItems(step));
    return failed.map(({ id }) => this.#word(id, "failed") ?? id);
  }

  /** Steps with a part of their value, and those with another one, which counts only under best_effort. */
  get degraded(): readonly string[] {
    const counts = (degraded: StepReport["degraded"]): boolean => degraded === "partial" || (this.#bestEffort && degraded !== undefined);
    return this.#steps.filter(({ degraded }) => counts(degraded)).map(({ id }) => id);
  }

  /** What was taken back, the last thing first. */
  get undone(): readonly string[] {
    return this.#undoneSteps.map((step) => this.#word(step.id, "rolled_back") ?? this.#undoingTool(step));
  }

  /** The tools that took it back. */
  get undoneBy(): readonly string[] {
    return this.#undoneSteps.map((step) => this.#undoingTool(step));
  }

  /** The validating steps that said no, and those of which a gate did. */
  get refused(): readonly StepReport[] {
    const refused = this.#report.steps.filter(({ id, status }) => status === "failed" && this.#nodes.get(id)?.step.validates === true);
    return refused.map((step) => (step.gate === undefined ? step : heldBack(step, step.gate.of)));
  }

  get leftovers(): readonly JsonObject[] {
    return this.#report.leftovers.map(({ step, reason, item }) => ({ step, reason, ...(item === undefined ? {} : { item }) }));
  }

  get firstError(): CallError | undefined {
    return this.#steps.find(({ error }) => error !== undefined)?.error;
  }

  get #undoneSteps(): readonly StepReport[] {
    // Of steps that ended in the same millisecond the later one of the workflow was undone first.
    const undone = this.#report.steps.filter(({ compensation }) => compensation === "completed").toReversed();
    return undone.sort((left, right) => (right.completedAtMs ?? 0) - (left.completedAtMs ?? 0));
  }

  #word(id: string, ending: Ending): string | undefined {
    const words = Object.hasOwn(this.#words, id) ? this.#words[id] : undefined;
    const word = isJsonObject(words) ? words[ending] : undefined;
    return typeof word === "string" ? word : undefined;
  }

  #undoingTool({ id }: StepReport): string {
    return this.#nodes.get(id)?.step.compensate?.tool ?? id;
  }
}

/** The tool of a gate says less than the step that it holds back. */
function heldBack({ tool: _check, ...gate }: StepReport, step: string): StepReport {
  return { ...gate, id: step };
}

/** Under allow_partial a step completes with what its good items gave. */
function hasFailedItems({ items }: StepReport): boolean {
  return (items?.failed ?? 0) > 0;
}
