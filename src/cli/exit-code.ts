import type { ExecutionView } from "../contract/execution-report.ts";

/** The exit code that tells how an execution ended: 0 completed, 1 failed, 2 partial success, 3 it stands still. */
export function exitCodeOf({ outcome }: Pick<ExecutionView, "outcome">): number {
  if (outcome === undefined) return 3;
  if (outcome === "completed") return 0;
  return outcome === "partial_success" ? 2 : 1;
}

// A failure is worse than something that can still go well, and that is worse than something that partly did.
const FROM_BAD_TO_GOOD = [1, 3, 2, 0];

/** The code that tells the worst of several ends. */
export function worstExitCode(codes: readonly number[]): number {
  return FROM_BAD_TO_GOOD.find((code) => codes.includes(code)) ?? 0;
}
