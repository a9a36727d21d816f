import type { Clock } from "../base/clock.ts";
import { Semaphore } from "../base/semaphore.ts";
import { TaskGroup } from "../base/task-group.ts";
import { isTuttiError } from "../model/errors.ts";
import type { ApplicationMonitoring, PatternApplication, RequirementResult } from "../model/pattern.ts";
import { checkRequirements } from "../operations/check-requirements.ts";
import type { Caller } from "../operations/operation-context.ts";
import { summaryOfApplication } from "../operations/pattern-application-view.ts";
import { judge } from "../operations/validate-pattern-application.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { Log } from "../ports/log.ts";
import type { PatternApplications, RequirementProbes } from "../ports/patterns.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";

/** What watching over applications needs. */
export interface PatternMonitorPorts {
  readonly applications: PatternApplications;
  readonly workflows: Pick<WorkflowStore, "get">;
  readonly history: Pick<ExecutionHistory, "latest">;
  readonly probes: (caller: Caller) => RequirementProbes;
  readonly clock: Clock;
  readonly log: Log;
}

/** Applications that are looked at side by side. */
const AT_ONCE = 4;
/** Applications that are read at a time when it begins. */
const PAGE = 500;
/** Of the same pattern and component; older ones have been replaced long ago. */
const NEWER_MAX = 20;

/**
 * Looks again and again whether what patterns require still holds, for as long as it is not disposed.
 *
 * 1. An application is looked at while it is applied: its newest execution has completed, its workflow is kept, and the
 *    pattern has not been applied anew to the same component.
 * 2. The next look comes one interval after the last, also when a process ended in between.
 * 3. What was found is durable in the application; an operator is told when it turns bad, and when it is good again.
 */
export class PatternMonitor implements AsyncDisposable {
  readonly #ports: PatternMonitorPorts;
  readonly #timers = new Map<string, Disposable>();
  readonly #looks = new TaskGroup();
  readonly #turns = new Semaphore(AT_ONCE);
  readonly #listening: Disposable;

  constructor(ports: PatternMonitorPorts) {
    this.#ports = ports;
    this.#listening = ports.applications.onChange((application) => this.#note(application));
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = ports.applications.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      for (const application of page.applications) this.#note(application);
      cursor = page.nextCursor;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]();
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
    await this.#looks[Symbol.asyncDispose]();
  }

  /** Makes sure that an application that is to be looked at will be. */
  #note({ applicationId, monitoring, workflowId, validation }: PatternApplication): void {
    if (monitoring === undefined || workflowId === undefined || this.#timers.has(applicationId)) return;
    const sinceMs = this.#ports.clock.nowMs() - (validation?.checkedAtMs ?? 0);
    // The clock may have been set back since.
    this.#schedule(applicationId, Math.min(monitoring.intervalMs, Math.max(0, monitoring.intervalMs - sinceMs)));
  }

  #schedule(applicationId: string, delayMs: number): void {
    if (this.#looks.signal.aborted) return;
    const timer = this.#ports.clock.after(delayMs, () => this.#looks.run(async (signal) => await this.#turn(applicationId, signal)), {
      background: true,
    });
    this.#timers.set(applicationId, timer);
  }

  async #turn(applicationId: string, signal: AbortSignal): Promise<void> {
    using _turn = await this.#turns.acquire(signal);
    const nextMs = await this.#look(applicationId, signal);
    if (nextMs === undefined) this.#timers.delete(applicationId);
    else this.#schedule(applicationId, nextMs);
  }

  /** How long to wait for the next look; undefined when there is none. */
  async #look(applicationId: string, signal: AbortSignal): Promise<number | undefined> {
    const application = this.#ports.applications.get(applicationId, undefined);
    const { monitoring } = application ?? {};
    if (application === undefined || monitoring === undefined) return undefined;
    try {
      if (!(await this.#isWanted(application))) return undefined;
      const { status } = await summaryOfApplication(application, this.#ports);
      if (status === "applied") await this.#check(application, monitoring, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isTuttiError(error)) throw error;
      const { message: reason } = error;
      this.#ports.log.write("warn", "an application of a pattern could not be looked at", { application_id: applicationId, reason });
    }
    return monitoring.intervalMs;
  }

  async #isWanted(application: PatternApplication): Promise<boolean> {
    const { applicationId, tenant, workflowId = "", patternName, targetComponent } = application;
    if ((await this.#ports.workflows.get(tenant, workflowId)) === undefined) return false;
    const page = this.#ports.applications.list({ tenant: tenant ?? "", patternName, targetComponent, limit: NEWER_MAX });
    const own = page.applications.findIndex((other) => other.applicationId === applicationId);
    for (const newer of page.applications.slice(0, Math.max(own, 0))) {
      if ((await summaryOfApplication(newer, this.#ports)).status === "applied") return false;
    }
    return true;
  }

  async #check(application: PatternApplication, { requirements }: ApplicationMonitoring, signal: AbortSignal): Promise<void> {
    const { applicationId, tenant } = application;
    const caller: Caller = tenant === undefined ? {} : { identity: { tenant, roles: [], permissions: [], authMethod: "none" } };
    const results = await checkRequirements(requirements, this.#ports.probes(caller), signal);
    const inForce = results.every(({ passed }) => passed);
    const nowMs = this.#ports.clock.nowMs();
    await this.#ports.applications.update(applicationId, (kept) => ({
      ...kept,
      inForce,
      validation: judge(renewed(kept.validation?.checks ?? [], results), nowMs),
    }));
    this.#tell(application, inForce, results);
  }

  #tell(
    { applicationId, patternName, inForce: before }: PatternApplication,
    inForce: boolean,
    results: readonly RequirementResult[],
  ): void {
    const facts = { application_id: applicationId, pattern: patternName };
    const unmet = results.filter(({ passed }) => !passed).map(({ id }) => id);
    if (!inForce && before !== false)
      this.#ports.log.write("warn", "what a pattern requires no longer holds", { ...facts, requirements: unmet });
    if (inForce && before === false) this.#ports.log.write("info", "what a pattern requires holds again", facts);
  }
}

/** The results with those in place that were found out anew. */
function renewed(before: readonly RequirementResult[], found: readonly RequirementResult[]): readonly RequirementResult[] {
  const byId = new Map(found.map((result) => [result.id, result]));
  return before.map((result) => byId.get(result.id) ?? result);
}
