import type { Ms } from "../base/duration.ts";
import type { CallError, CallOutcome, CallTrip, Failover } from "../model/call.ts";
import { amountsOf } from "../model/step-claim.ts";
import type { Resources, Step } from "../model/workflow.ts";

/** What the trips of the calls of an execution add up to; of none is more kept than this. */
export interface TripSums {
  /** Attempts to use a tool. */
  calls: number;
  /** Of these, those that went to a server which has no such tool. */
  misdirected: number;
  /** Those that have been somewhere, of which the rest tells. */
  trips: number;
  queuedMs: Ms;
  serverMs: Ms;
  overheadMs: Ms;
  /** How long calls held what their steps occupy, and for how much of it a server was at work. */
  reservedMs: Ms;
  reservedBusyMs: Ms;
  /** Of each resource, how much was held, times for how many seconds. */
  readonly heldSeconds: Map<keyof Resources, number>;
  failovers: number;
  hedged: number;
  /** Answered as soon as may be expected of them. */
  inTime: number;
  /** How many answers took how long; see {@link latencyBucket}. */
  readonly latencies: number[];
}

/** The same for the calls of one step, but for its compensation. */
export interface StepTrips {
  queuedMs: Ms;
  serverMs: Ms;
  overheadMs: Ms;
  /** Of all its calls, the longest time with a server. */
  longestMs: Ms;
  /** Of the last call. */
  replica?: string;
  machine?: string;
  /** The first of all calls, at most {@link FAILOVERS_MAX}. */
  failovers?: readonly Failover[];
}

const FAILOVERS_MAX = 20;

/** A call that answers within a second keeps the promise that alerts watch over. */
const EXPECTED_MS = 1_000;

export function noTrips(): TripSums {
  return {
    calls: 0,
    misdirected: 0,
    trips: 0,
    queuedMs: 0,
    serverMs: 0,
    overheadMs: 0,
    reservedMs: 0,
    reservedBusyMs: 0,
    heldSeconds: new Map(),
    failovers: 0,
    hedged: 0,
    inTime: 0,
    latencies: [],
  };
}

/** Adds what one attempt tells about where it has been. */
export function addAttempt(
  sums: TripSums,
  { trip, error }: { readonly trip?: CallTrip; readonly error?: CallError },
  { estimatedMs, resources }: Pick<Step, "estimatedMs" | "resources">,
): void {
  if (error?.kind === "not_found") sums.misdirected += 1;
  if (trip === undefined) return;
  sums.trips += 1;
  sums.queuedMs += trip.queuedMs;
  sums.serverMs += trip.serverMs;
  sums.overheadMs += trip.overheadMs;
  sums.failovers += trip.failovers?.length ?? 0;
  if (trip.hedged === true) sums.hedged += 1;
  if (trip.reservedMs !== undefined) addHeld(sums, resources, { reservedMs: trip.reservedMs, serverMs: trip.serverMs });
  addLatency(sums, trip.serverMs, estimatedMs ?? EXPECTED_MS);
}

function addHeld(sums: TripSums, resources: Resources | undefined, { reservedMs, serverMs }: { reservedMs: Ms; serverMs: Ms }): void {
  sums.reservedMs += reservedMs;
  sums.reservedBusyMs += Math.min(reservedMs, serverMs);
  for (const [name, amount] of amountsOf(resources)) {
    sums.heldSeconds.set(name, (sums.heldSeconds.get(name) ?? 0) + (amount * reservedMs) / 1_000);
  }
}

function addLatency(sums: TripSums, latencyMs: Ms, expectedMs: Ms): void {
  if (latencyMs <= expectedMs) sums.inTime += 1;
  const bucket = latencyBucket(latencyMs);
  sums.latencies[bucket] = (sums.latencies[bucket] ?? 0) + 1;
}

/** Adds the trip of a call that belongs to the work of its step. */
export function addStepTrip(step: { trips?: StepTrips }, trip: CallTrip): void {
  const sums = (step.trips ??= { queuedMs: 0, serverMs: 0, overheadMs: 0, longestMs: 0 });
  sums.queuedMs += trip.queuedMs;
  sums.serverMs += trip.serverMs;
  sums.overheadMs += trip.overheadMs;
  sums.longestMs = Math.max(sums.longestMs, trip.serverMs);
  if (trip.replica !== undefined) sums.replica = trip.replica;
  if (trip.machine !== undefined) sums.machine = trip.machine;
  if (trip.failovers !== undefined) sums.failovers = [...(sums.failovers ?? []), ...trip.failovers].slice(0, FAILOVERS_MAX);
}

/** Buckets grow by a tenth, from a tenth of a millisecond on, so that what they say is right to a tenth. */
const GROWTH = Math.log(1.1);
const SMALLEST_MS = 0.1;

function latencyBucket(ms: Ms): number {
  return ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH);
}

/** The time within which 19 of 20 answers came, to a tenth of it; undefined without answers. */
export function latencyP95Ms({ latencies, trips }: TripSums): Ms | undefined {
  let left = Math.ceil(trips * 0.95);
  for (const [bucket, count = 0] of latencies.entries()) {
    left -= count;
    if (left <= 0 && count > 0) return Math.round(SMALLEST_MS * Math.exp(bucket * GROWTH) * 1_000) / 1_000;
  }
  return undefined;
}

/** Counts as overhead also what lies before and after the path of the call: making the journal durable, for one. */
export function withWholeTrip(outcome: CallOutcome, elapsedMs: Ms): CallOutcome {
  const { trip } = outcome;
  if (trip === undefined) return outcome;
  const overheadMs = Math.max(trip.overheadMs, elapsedMs - trip.queuedMs - trip.serverMs);
  return { ...outcome, trip: { ...trip, overheadMs: Math.round(overheadMs * 1_000) / 1_000 } };
}
