import type { ExecutionState, Timer } from "./execution-state.ts";
import { limitAtMs } from "./time-limit.ts";

/** Takes the steps that deserve a look, among them those whose timers are due. What is taken is not given again. */
export function takeAgenda(state: ExecutionState, nowMs: number): readonly number[] {
  for (
    let timer = state.timers.peek();
    timer !== undefined && (timer.atMs <= nowMs || isStale(state, timer));
    timer = state.timers.peek()
  ) {
    state.timers.pop();
    if (isStale(state, timer)) continue;
    if (timer.call !== undefined) state.steps[timer.step]?.attention.add(timer.call);
    state.agenda.add(timer.step);
  }
  const work = [...state.agenda];
  state.agenda.clear();
  return work;
}

/** Nobody takes a timer off the heap when what it was set for has ended; it is dropped when it comes to the top. */
function isStale(state: ExecutionState, timer: Timer): boolean {
  if (timer.call !== undefined) return state.calls.get(timer.call)?.retryAtMs !== timer.atMs;
  const step = state.steps[timer.step];
  return step?.status !== "running" || (step.wakeAtMs !== timer.atMs && limitAtMs(step) !== timer.atMs);
}
