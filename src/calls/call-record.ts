import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallTrip, Failover } from "../model/call.ts";

/** Where one attempt has been and where its time went, written down on the way. */
export class CallRecord {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #startMs: Ms;
  readonly #failovers: Failover[] = [];
  readonly #atServer: Span;
  readonly #queued: Span;
  readonly #reserved: Span;
  #replica: string | undefined;
  #machine: string | undefined;
  #hedged = false;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#atServer = new Span(clock);
    this.#queued = new Span(clock);
    this.#reserved = new Span(clock);
  }

  /** While this goes on, the call waits for its turn. */
  async queued<T>(work: () => Promise<T>): Promise<T> {
    return await this.#queued.during(work);
  }

  /** While this goes on, a server has the call. */
  async atServer<T>(work: () => Promise<T>): Promise<T> {
    return await this.#atServer.during(work);
  }

  /** While this goes on, the call holds what its step occupies. */
  async reserved<T>(work: () => Promise<T>): Promise<T> {
    return await this.#reserved.during(work);
  }

  /** Who has it now, if there are several replicas; and on which machine, if that is worth saying. */
  wentTo({ replica, machine }: { readonly replica: string | undefined; readonly machine: string | undefined }): void {
    this.#replica = replica;
    this.#machine = machine;
  }

  /** A replica could not do it, and another one is tried. */
  failedOver(failover: Failover): void {
    this.#failovers.push(failover);
  }

  /** A second replica was asked too. */
  wasHedged(): void {
    this.#hedged = true;
  }

  /** All of it; undefined when the call neither waited nor went anywhere. */
  trip(): CallTrip | undefined {
    const [queuedMs, serverMs, reservedMs] = [this.#queued.totalMs, this.#atServer.totalMs, this.#reserved.totalMs];
    if (queuedMs === 0 && serverMs === 0 && this.#failovers.length === 0 && this.#machine === undefined) return undefined;
    const elapsedMs = this.#clock.monotonicMs() - this.#startMs;
    return {
      ...(this.#replica === undefined ? {} : { replica: this.#replica }),
      ...(this.#machine === undefined ? {} : { machine: this.#machine }),
      ...(this.#failovers.length === 0 ? {} : { failovers: this.#failovers }),
      ...(this.#hedged ? { hedged: true } : {}),
      queuedMs: rounded(queuedMs),
      serverMs: rounded(serverMs),
      overheadMs: rounded(Math.max(0, elapsedMs - queuedMs - serverMs)),
      ...(reservedMs === 0 ? {} : { reservedMs: rounded(reservedMs) }),
    };
  }
}

/** The time in which at least one of several things went on. */
class Span {
  readonly #clock: Pick<Clock, "monotonicMs">;
  #open = 0;
  #sinceMs: Ms = 0;
  #totalMs: Ms = 0;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  get totalMs(): Ms {
    return this.#totalMs + (this.#open === 0 ? 0 : this.#clock.monotonicMs() - this.#sinceMs);
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open === 0) this.#sinceMs = this.#clock.monotonicMs();
    this.#open += 1;
    try {
      return await work();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#totalMs += this.#clock.monotonicMs() - this.#sinceMs;
    }
  }
}

/** To the microsecond: more would only fill the journal. */
function rounded(ms: Ms): Ms {
  return Math.round(ms * 1_000) / 1_000;
}
