import { type Job, type JobProgress, NUMBERS_BESIDE } from "./job-table.ts";

/** Seconds for one learned pair and one number of a vector, until a job has been measured here: on a slow core of 2023. */
const RATE_AT_FIRST = 15e-9;

/** To start a thread, and to read a row. */
const START_SECONDS = 0.5;
const ROW_SECONDS = 1e-6;

/** How long a job takes that has not begun, in seconds. */
export function estimatedSeconds({ order }: Pick<Job, "order">, measuredRate: number | undefined): number {
  const { epochs, factors } = order.parameters;
  const perEpoch = order.rows * (factors + NUMBERS_BESIDE) * (measuredRate ?? RATE_AT_FIRST);
  return rounded(START_SECONDS + order.rows * ROW_SECONDS + epochs * perEpoch);
}

/** How long a job that runs goes on, by how long its epochs take. Undefined until one of them was measured. */
export function remainingSeconds({ order }: Pick<Job, "order">, { progress, secondsPerEpoch }: JobProgress): number | undefined {
  return secondsPerEpoch === undefined ? undefined : rounded((1 - progress) * order.parameters.epochs * secondsPerEpoch);
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
