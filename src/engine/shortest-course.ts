import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { listScheduleMs, type Task } from "../model/list-schedule.ts";
import type { PlanNode } from "../model/plan.ts";
import { callsAtOnce, capacityFor, claimOfStep, type TaskClaim } from "../model/step-claim.ts";
import type { ServerCapacity } from "../model/tool.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";

/** How quickly the steps of an execution could have followed one another, in the time that they really took. */
export interface ShortestCourse {
  /** The longest chain: with servers that can do everything at once. */
  readonly criticalPathMs: Ms;
  /** With what servers can do at once, as the plan knows it. */
  readonly shortestMs: Ms;
}

/** The main steps, what was undone, and the `finally` steps follow one another. */
export function shortestCourse(state: ExecutionState, nowMs: number): ShortestCourse {
  const undoneMs = state.undoingMs + (state.undoingSinceMs === undefined ? 0 : nowMs - state.undoingSinceMs);
  const phases = (["main", "finally"] as const).map((phase) => courseOf(state, phase, nowMs));
  return {
    criticalPathMs: phases.reduce((sumMs, { criticalPathMs }) => sumMs + criticalPathMs, undoneMs),
    shortestMs: phases.reduce((sumMs, { shortestMs }) => sumMs + shortestMs, undoneMs),
  };
}

function courseOf(state: ExecutionState, phase: PlanNode["phase"], nowMs: number): ShortestCourse {
  const steps = state.steps.filter(({ node }) => node.phase === phase);
  const capacities = state.plan.capacities ?? {};
  const works = steps.map((step) => workOf(step, capacityFor(step.node.step, capacities), nowMs));
  const chainsMs = chainsFrom(steps, works);
  const criticalPathMs = chainsMs.reduce((longestMs, chainMs) => Math.max(longestMs, chainMs), 0);
  if (hasRoomForAll(works, capacities)) return { criticalPathMs, shortestMs: criticalPathMs };
  const first = steps[0]?.index ?? 0;
  const tasks = steps.map(({ node }, place): Task => {
    const { durationMs = 0, claim } = works[place] ?? {};
    const needs = first === 0 ? node.needs : node.needs.map((need) => need - first);
    return { needs, durationMs, remainingMs: chainsMs[place] ?? 0, ...(claim === undefined ? {} : { claim }) };
  });
  return { criticalPathMs, shortestMs: listScheduleMs(tasks, capacities) };
}

/** Whether no step would have to wait for another one's place even if all ran at once, which spares the schedule. */
function hasRoomForAll(works: readonly (Work | undefined)[], capacities: Readonly<Record<string, ServerCapacity>>): boolean {
  const wanted = new Map<string, number>();
  for (const work of works) {
    const claim = work?.claim;
    const capacity = claim === undefined || !Object.hasOwn(capacities, claim.server) ? undefined : capacities[claim.server];
    if (claim === undefined || capacity === undefined) continue;
    const calls = (wanted.get(claim.server) ?? 0) + claim.calls;
    if (claim.resources !== undefined || calls > capacity.calls) return false;
    wanted.set(claim.server, calls);
  }
  return true;
}

/** What a step did, without the time in which it waited for its server. */
interface Work {
  readonly durationMs: Ms;
  /** Absent where it called nothing. */
  readonly claim?: TaskClaim;
}

/** Undefined for a step that has not begun. */
function workOf(step: StepState, capacity: ServerCapacity | undefined, nowMs: number): Work | undefined {
  if (step.startedAtMs === undefined) return undefined;
  const wholeMs = Math.max(0, (step.endedAtMs ?? nowMs) - step.startedAtMs);
  const { trips, items } = step;
  const atOnce = items === undefined ? 1 : callsAtOnce(step.node.step, items.values.length, capacity);
  const claim = defined({ claim: claimOfStep(step.node.step, atOnce) });
  if (trips === undefined || atOnce === 0) return { durationMs: wholeMs, ...claim };
  // The calls of a list overlap, so that their waiting cannot be taken off the whole.
  const busyMs = items === undefined ? wholeMs - trips.queuedMs - trips.overheadMs : Math.max(trips.longestMs, trips.serverMs / atOnce);
  return { durationMs: Math.min(wholeMs, Math.max(0, busyMs)), ...claim };
}

/** For each step, the longest chain that begins with it. */
function chainsFrom(steps: readonly StepState[], works: readonly (Work | undefined)[]): readonly Ms[] {
  const first = steps[0]?.index ?? 0;
  const chainsMs = steps.map(() => 0);
  // By level, all that needs a step comes behind it.
  const places = [...steps.keys()].sort((left, right) => (steps[right]?.node.level ?? 0) - (steps[left]?.node.level ?? 0));
  for (const place of places) {
    const chainMs = (chainsMs[place] ?? 0) + (works[place]?.durationMs ?? 0);
    chainsMs[place] = chainMs;
    for (const need of steps[place]?.node.needs ?? []) chainsMs[need - first] = Math.max(chainsMs[need - first] ?? 0, chainMs);
  }
  return chainsMs;
}
