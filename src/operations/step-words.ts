import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";

/** What became of a step, in one word each. */
type Ending = "completed" | "failed" | "rolled_back";

/**
 * What happened in an execution, in the words that its workflow has for it under `metadata.results`, else by the ids of
 * the steps. Steps that only validate are not told of; nor are `finally` steps, unless the workflow has a word for them.
 */
export class StepWords {
  readonly #report: ExecutionReport;
  readonly #nodes: ReadonlyMap<string, PlanNode>;
  readonly #words: JsonObject;

  constructor(report: ExecutionReport, plan: Plan) {
    this.#report = report;
    this.#nodes = new Map(plan.nodes.map((node) => [node.step.id, node]));
    const results = plan.workflow.metadata?.["results"];
    this.#words = isJsonObject(results) ? results : {};
  }

  /** What was done and what was not: a list, and one word unless several steps failed. */
  get story(): JsonObject {
    const [first, ...others] = this.failed;
    return { completed: this.completed, ...(first === undefined ? {} : { failed: others.length === 0 ? first : this.failed }) };
  }

  get completed(): readonly string[] {
    return this.#told((step) => step.status === "completed", "completed");
  }

  get failed(): readonly string[] {
    return this.#told((step) => step.status === "failed" || step.degraded !== undefined, "failed");
  }

  /** What was taken back, the last thing first. */
  get undone(): readonly string[] {
    return this.#undoneSteps.map((step) => this.#word(step.id, "rolled_back") ?? this.#undoingTool(step));
  }

  /** The tools that took it back. */
  get undoneBy(): readonly string[] {
    return this.#undoneSteps.map((step) => this.#undoingTool(step));
  }

  /** The validating steps that said no. */
  get refused(): readonly StepReport[] {
    return this.#report.steps.filter(({ id, status }) => status === "failed" && this.#nodes.get(id)?.step.validates === true);
  }

  get leftovers(): readonly JsonObject[] {
    return this.#report.leftovers.map(({ step, reason, item }) => ({ step, reason, ...(item === undefined ? {} : { item }) }));
  }

  get firstError(): CallError | undefined {
    return this.#report.steps.find(({ error }) => error !== undefined)?.error;
  }

  get #undoneSteps(): readonly StepReport[] {
    const undone = this.#report.steps.filter(({ compensation }) => compensation === "completed");
    return undone.sort((left, right) => (right.completedAtMs ?? 0) - (left.completedAtMs ?? 0));
  }

  #told(happened: (step: StepReport) => boolean, ending: Ending): readonly string[] {
    return this.#report.steps.filter(happened).flatMap((step) => {
      const word = this.#word(step.id, ending);
      if (word !== undefined) return [word];
      const silent = step.phase === "finally" || this.#nodes.get(step.id)?.step.validates === true;
      return silent ? [] : [step.id];
    });
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
