import { isJsonObject, type Json } from "../../src/base/json.ts";
import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { StepReport } from "../../src/model/execution.ts";
import type { StormLedger } from "./storm-ledger.ts";
import type { ExpectedStep, StormWorkflow } from "./storm-workflow.ts";

type Ledgers = ReadonlyMap<string, StormLedger>;

/**
 * Everything that is wrong with an execution that has ended: with its outcome, its answers, and what the ledgers say was
 * really done. Empty for a good one.
 */
export function faultsOf(workflow: StormWorkflow, view: ExecutionView, ledgers: Ledgers): readonly string[] {
  const faults: string[] = [];
  if (view.outcome !== workflow.outcome) faults.push(`it ended ${view.outcome}, not ${workflow.outcome}: ${reasonOf(view)}`);
  const unexplained = unexplainedErrors(view);
  faults.push(...unexplained.map((step) => `the error of ${step} names no server or no cause`));
  // What an execution that failed when it should not have did on its way follows from that, and says nothing new.
  if (view.outcome === workflow.outcome) {
    const reports = new Map(view.steps.map((report) => [report.id, report]));
    for (const step of workflow.steps) faults.push(...faultsOfStep(step, reports.get(step.id), { view, ledgers }));
  }
  return faults.map((fault) => `${workflow.inputs.token} (${view.executionId}): ${fault}`);
}

/** Acts that took effect more than once, on every server, whatever became of the executions. */
export interface DoneTwice {
  /** There must be none. */
  readonly wrong: readonly string[];
  /**
   * A server was told to stop, a probe at its other replica said that nothing had happened, which was true, and the call
   * arrived all the same after that: a replica that had stood still had it on its way. No probe can exclude that.
   */
  readonly late: readonly string[];
}

export function doneTwice(ledgers: Ledgers): DoneTwice {
  const wrong: string[] = [];
  const late: string[] = [];
  for (const [server, ledger] of ledgers) {
    for (const [key, { done }] of ledger.counts("act")) {
      if (done < 2) continue;
      (ledger.deniedBefore(key) >= done - 1 ? late : wrong).push(`${key} took effect ${done} times at ${server}`);
    }
  }
  return { wrong, late };
}

/** Acts that took effect although their step has fallen back: the server had answered with an error that did not tell. */
export function standingEffects(workflow: StormWorkflow, view: ExecutionView, ledgers: Ledgers): number {
  const reports = new Map(view.steps.map((report) => [report.id, report]));
  return workflow.steps.filter(({ id, server, fallsBack }) => {
    if (fallsBack !== "perhaps" || reports.get(id)?.degraded !== "fallback") return false;
    return (ledgers.get(server)?.times(`${view.executionId}/${id}`, "act") ?? 0) > 0;
  }).length;
}

/** The first words of why an execution is as it is. */
function reasonOf({ error, steps }: ExecutionView): string {
  const failed = steps
    .filter(({ status }) => status === "failed" || status === "in_doubt")
    .map(({ id, error: why }) => `${id} ${why?.message}`);
  return [`${error?.kind} ${error?.server} ${error?.message}`, ...failed].join("; ");
}

/** A failure must say which server failed and why, so that somebody can do something about it. */
function unexplainedErrors({ steps }: ExecutionView): readonly string[] {
  return steps.flatMap(({ id, server, error }) => {
    if (server === undefined || error === undefined) return [];
    return error.server === server && error.message !== "" ? [] : [id];
  });
}

interface Surroundings {
  readonly view: ExecutionView;
  readonly ledgers: Ledgers;
}

function faultsOfStep(step: ExpectedStep, report: StepReport | undefined, { view, ledgers }: Surroundings): readonly string[] {
  if (report?.status !== "completed") return [`${step.id} is ${report?.status}: ${report?.error?.message}`];
  const fellBack = report.degraded === "fallback";
  if (report.degraded !== undefined && !fellBack) return [`${step.id} is degraded: ${report.degraded}`];
  if (fellBack && step.fallsBack === "never") return [`${step.id} fell back: ${report.error?.message}`];
  if (fellBack) return [];
  if (step.fallsBack === "always") return [`${step.id} did not fall back`];
  return [...wrongAnswers(step, report.output), ...missingEffects(step, view, ledgers)].map((fault) => `${step.id}: ${fault}`);
}

function wrongAnswers(step: ExpectedStep, output: Json | undefined): readonly string[] {
  const refs = Array.isArray(output) ? output.map(refOf) : refOf(output);
  if (JSON.stringify(refs) !== JSON.stringify(step.ref))
    return [`it has the answer of ${JSON.stringify(refs)}, not ${JSON.stringify(step.ref)}`];
  const from = isJsonObject(output) ? output["from"] : undefined;
  return from === step.from ? [] : [`it was sent ${JSON.stringify(from)}, not ${JSON.stringify(step.from)}`];
}

function refOf(output: Json | undefined): Json | undefined {
  return isJsonObject(output) ? output["ref"] : undefined;
}

function missingEffects(step: ExpectedStep, view: ExecutionView, ledgers: Ledgers): readonly string[] {
  const ledger = ledgers.get(step.server);
  const items = Array.isArray(step.ref) ? step.ref.map((_, place) => `[${place}]`) : [""];
  const keys = items.map((item) => `${view.executionId}/${step.id}${item}`);
  const missing = step.cached
    ? []
    : keys.filter((key) => ledger?.times(key, step.tool) === 0).map((key) => `${key} has never reached ${step.server}`);
  if (!step.undone || view.outcome !== "failed_with_rollback") return missing;
  const standing = keys.filter((key) => ledger?.times(`${key}/compensate`, "undo") === 0);
  return [...missing, ...standing.map((key) => `${key} was never undone`)];
}
