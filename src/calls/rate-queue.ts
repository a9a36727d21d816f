import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { RateWindow } from "./rate-window.ts";

/** What a call must pass before it may be sent. */
export interface RatedCall {
  /** Who makes it. */
  readonly client: string;
  /** The same for calls of a client that pass the same windows. */
  readonly lane: string;
  /** At least one. */
  readonly windows: readonly RateWindow[];
}

/**
 * Gives calls their turns.
 *
 * 1. A call takes a turn in all its windows at once, or in none.
 * 2. Clients take turns: no matter how many calls one of them has waiting, the next turn is that of another. A client
 *    that cannot use its turn keeps it, so that whoever needs several windows gets them as well.
 * 3. Of the calls of a client that can go, the one that has waited longest goes.
 * 4. Nothing that waits could go: when time passes or a turn is given back, that is looked at before anything else.
 */
export class RateQueue {
  readonly #clock: Clock;
  /** In the order of their turns. */
  readonly #clients = new Map<string, WaitingClient>();
  #arrivals = 0;
  #timer: { readonly atMs: Ms; readonly handle: Disposable } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a turn if there is one now. Whoever has it tells what became of it: it was sent, or not. */
  take(call: RatedCall): boolean {
    const nowMs = this.#clock.monotonicMs();
    // A timer may be late, and nobody may overtake those whose time has come.
    if (this.#timer !== undefined && this.#timer.atMs <= nowMs) this.#giveTurns();
    return takeAll(call.windows, nowMs);
  }

  /** Waits for a turn, which is then taken. Rejects with the signal's reason. */
  async wait(call: RatedCall, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { order: (this.#arrivals += 1), resolve };
    const leave = (): void => {
      this.#leave(call, waiting);
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#enter(call, waiting);
    this.#wakeFor(opensMs(call.windows, this.#clock.monotonicMs()));
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** A call that had its turn has been sent: from when on its windows count it is known now. */
  sent(call: RatedCall): void {
    const nowMs = this.#clock.monotonicMs();
    for (const window of call.windows) {
      window.sendInTurn(nowMs);
      if (this.#clients.size > 0) this.#wakeFor(window.opensMs);
    }
  }

  /** A call that was sent before is sent once more, without a turn. */
  sentAgain(call: RatedCall): void {
    for (const window of call.windows) window.send(this.#clock.monotonicMs());
  }

  /** A call that had its turn will not be sent. */
  giveBack(call: RatedCall): void {
    for (const window of call.windows) window.giveBack();
    this.#giveTurns();
  }

  #enter({ client, lane, windows }: RatedCall, waiting: Waiting): void {
    const lanes: WaitingClient = this.#clients.get(client) ?? new Map<string, Lane>();
    this.#clients.set(client, lanes);
    const entered = lanes.get(lane) ?? { windows, waiting: new Set<Waiting>() };
    lanes.set(lane, entered);
    entered.waiting.add(waiting);
    for (const window of windows) window.beginWait();
  }

  #leave({ client, lane }: RatedCall, waiting: Waiting): void {
    const lanes = this.#clients.get(client);
    const left = lanes?.get(lane);
    if (lanes === undefined || left === undefined) return;
    left.waiting.delete(waiting);
    for (const window of left.windows) window.endWait();
    if (left.waiting.size === 0) lanes.delete(lane);
    if (lanes.size === 0) this.#clients.delete(client);
    if (this.#clients.size === 0) this.#stopTimer();
  }

  /** Until nothing that waits could go. */
  #giveTurns(): void {
    this.#stopTimer();
    const nowMs = this.#clock.monotonicMs();
    // A client that has got a turn comes again after all others, in this very loop.
    for (const [client, lanes] of this.#clients) {
      const next = longestWaiting(lanes, nowMs);
      if (next === undefined) continue;
      takeAll(next.windows, nowMs);
      this.#clients.delete(client);
      this.#clients.set(client, lanes);
      this.#leave({ client, ...next }, next.waiting);
      next.waiting.resolve();
    }
    for (const lanes of this.#clients.values()) for (const { windows } of lanes.values()) this.#wakeFor(opensMs(windows, nowMs));
  }

  #wakeFor(atMs: Ms | undefined): void {
    if (atMs === undefined || (this.#timer !== undefined && this.#timer.atMs <= atMs)) return;
    this.#stopTimer();
    const handle = this.#clock.after(atMs - this.#clock.monotonicMs(), () => this.#giveTurns());
    this.#timer = { atMs, handle };
  }

  #stopTimer(): void {
    this.#timer?.handle[Symbol.dispose]();
    this.#timer = undefined;
  }
}

/** By lane; a lane that nobody waits in is gone. */
type WaitingClient = Map<string, Lane>;

interface Lane {
  readonly windows: readonly RateWindow[];
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>;
}

interface Waiting {
  readonly order: number;
  readonly resolve: () => void;
}

function takeAll(windows: readonly RateWindow[], nowMs: Ms): boolean {
  if (!windows.every((window) => window.hasRoom(nowMs))) return false;
  for (const window of windows) window.takeTurn();
  return true;
}

function longestWaiting(
  lanes: WaitingClient,
  nowMs: Ms,
): { readonly lane: string; readonly windows: readonly RateWindow[]; readonly waiting: Waiting } | undefined {
  let longest: ReturnType<typeof longestWaiting>;
  for (const [lane, { windows, waiting: inLane }] of lanes) {
    const [waiting] = inLane;
    const earlier = waiting !== undefined && (longest === undefined || waiting.order < longest.waiting.order);
    if (earlier && windows.every((window) => window.hasRoom(nowMs))) longest = { lane, windows, waiting };
  }
  return longest;
}

/** When there may be room in all of them; undefined when that depends on calls that have their turn and were not yet sent. */
function opensMs(windows: readonly RateWindow[], nowMs: Ms): Ms | undefined {
  let atMs: Ms = nowMs;
  for (const window of windows) {
    if (window.hasRoom(nowMs)) continue;
    const { opensMs: nextMs } = window;
    if (nextMs === undefined) return undefined;
    atMs = Math.max(atMs, nextMs);
  }
  return atMs;
}
