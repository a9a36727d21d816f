import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { Tally } from "./storm-messages.ts";
import { causeOf } from "./storm-tally.ts";

/** What has happened to all executions of a storm that have ended. */
export class StormTotals {
  executions = 0;
  expected = 0;
  calls = 0;
  retries = 0;
  failovers = 0;
  hedged = 0;
  interrupted = 0;
  doubts = 0;
  verified = 0;
  /** Calls in doubt that only a person could resolve. */
  asked = 0;
  /** Executions that could not be started at once. */
  refused = 0;
  fellBack = 0;
  /** Of those, calls that took effect although they were answered with an error. */
  standing = 0;
  readonly outcomes = new Map<string, number>();
  /** Why attempts failed, or went on elsewhere. */
  readonly causes = new Map<string, number>();
  /** Why executions did not complete, and steps did without an answer. */
  readonly failures = new Map<string, number>();

  add(view: ExecutionView, tally: Tally, good: boolean): void {
    this.executions += 1;
    this.expected += good ? 1 : 0;
    this.calls += tally.attempts;
    this.retries += tally.retries;
    this.failovers += tally.failovers;
    this.hedged += tally.hedged;
    this.interrupted += tally.interrupted;
    this.doubts += tally.doubts;
    this.verified += tally.verified;
    count(this.outcomes, view.outcome ?? "none", 1);
    for (const [cause, times] of Object.entries(tally.causes)) count(this.causes, cause, times);
    for (const step of view.steps) {
      if (step.degraded === "fallback") this.fellBack += 1;
      if (step.error === undefined) continue;
      const end = step.degraded === undefined ? step.status : "fell back";
      count(this.failures, `${end}, ${step.error.server}: ${causeOf(step.error)}`, 1);
    }
  }
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
