import { randomUUID } from "node:crypto";
import { type Json, ToolError } from "tutti/server";
import {
  type DeliveryRecord,
  type DeliveryStatus,
  type LeasedDelivery,
  type NewDelivery,
  type OutboxCounts,
  type OutboxTable,
  outboxTable,
} from "./outbox-table.ts";
import type { State } from "./state.ts";

export { OUTBOX_SCHEMA } from "./outbox-table.ts";
export type { DeliveryRecord, DeliveryStatus, LeasedDelivery, NewDelivery, OutboxCounts } from "./outbox-table.ts";

/*
 * O1. A delivery is added in the transaction of the call that wants it, and is attempted until it has ended.
 * O2. Who attempts it holds a lease and renews it. When its process dies the lease runs out, and somebody else begins again:
 *     a receiver may be given the same delivery twice, always with the same id, and never none.
 * O3. An attempt counts from its beginning, so that one which ends its process does not go on for ever.
 * O4. Only who holds the lease says how an attempt ended.
 */

/** What has to be sent, and is sent until it has arrived: kept in a state, so that no crash loses it. */
export interface Outbox extends AsyncDisposable {
  /** To be called in the transaction that wants it (O1). @throws ToolError - the tenant has too much waiting */
  add(delivery: NewDelivery): void;
  find(tenant: string, id: string): DeliveryRecord | undefined;
  /** The newest first. */
  list(tenant: string, status: DeliveryStatus, limit: number): readonly DeliveryRecord[];
  /** How it stands when it has ended, or when the time is up, or the signal aborts. */
  settled(
    delivery: { readonly tenant: string; readonly id: string },
    waitMs: number,
    signal: AbortSignal,
  ): Promise<DeliveryRecord | undefined>;
  /** Begins again with one that was given up. False if it was not. */
  resend(tenant: string, id: string): boolean;
  /** False if it has been delivered, or is being attempted. */
  cancel(tenant: string, id: string): boolean;
  /** Of one tenant, or of all. */
  counts(tenant?: string): OutboxCounts & { readonly inFlight: number };
}

/** How an attempt ended. An attempt that throws has failed, and is repeated. */
export type DeliveryOutcome =
  | { readonly kind: "delivered"; readonly answer?: Json }
  /** `final`: trying again will not help. */
  | { readonly kind: "failed"; readonly reason: string; readonly final?: boolean; readonly retryAfterMs?: number };

export interface OutboxOptions {
  /** Its schema has `OUTBOX_SCHEMA`. */
  readonly state: State;
  /** Attempts a delivery. Stops soon after the signal: the process ends, or the attempt took too long. */
  readonly deliver: (delivery: LeasedDelivery, signal: AbortSignal) => Promise<DeliveryOutcome>;
  readonly limits?: Partial<OutboxLimits>;
  readonly clock?: OutboxClock;
}

export interface OutboxLimits {
  /** After so many failed attempts a delivery is given up, and kept as a dead letter. Default 12. */
  readonly attemptsMax: number;
  /** Before the second attempt; each further wait is twice as long. Default 1 s. */
  readonly firstDelayMs: number;
  /** Default 10 min. */
  readonly maxDelayMs: number;
  /** One attempt may take so long. Default 30 s. */
  readonly attemptMs: number;
  /** On their way at once. Default 16, of one tenant at most half of it. */
  readonly inFlightMax: number;
  /** On their way at once to one target of one tenant. Default 2. */
  readonly perTargetMax: number;
  /** How long nobody else begins with a delivery after its process has died. Default 5 s. */
  readonly leaseMs: number;
  /** Waiting at once, of one tenant. Default 10,000. */
  readonly pendingMax: number;
  /** How long it is remembered that something was delivered. Default 7 days. */
  readonly keepMs: number;
}

/** Where time comes from: the machine, or a test. */
export interface OutboxClock {
  nowMs(): number;
  after(delayMs: number, callback: () => void): Disposable;
}

const DEFAULTS: OutboxLimits = {
  attemptsMax: 12,
  firstDelayMs: 1_000,
  maxDelayMs: 600_000,
  attemptMs: 30_000,
  inFlightMax: 16,
  perTargetMax: 2,
  leaseMs: 5_000,
  pendingMax: 10_000,
  keepMs: 7 * 86_400_000,
};

/** How long closing waits for what is on its way, before it is cut off and left to the next start. */
const CLOSING_MS = 1_500;

/** How often somebody who waits looks, because another process may be the one that delivers; and when nothing due can be begun. */
const LOOK_MS = 250;

/** Between two looks at what is due. */
const SHORTEST_MS = 20;

const FORGETTING_MS = 600_000;

const REASON_CHARACTERS_MAX = 1_000;

export function openOutbox(options: OutboxOptions): Outbox {
  return new RunningOutbox(options);
}

class RunningOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #clock: OutboxClock;
  readonly #table: OutboxTable;
  readonly #inFlight = new Map<LeasedDelivery, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #watchers = new Set<() => void>();
  #timer: Disposable | undefined;
  #closed = false;
  #forgetAtMs = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULTS, ...options.limits };
    this.#clock = options.clock ?? machineClock;
    this.#table = outboxTable(options.state);
    this.#wakeIn(0);
  }

  add(delivery: NewDelivery): void {
    this.#table.insert(delivery, { nowMs: this.#clock.nowMs(), pendingMax: this.#limits.pendingMax });
    this.#wakeIn(0);
  }

  find(tenant: string, id: string): DeliveryRecord | undefined {
    return this.#table.find(tenant, id);
  }

  list(tenant: string, status: DeliveryStatus, limit: number): readonly DeliveryRecord[] {
    return this.#table.list(tenant, status, limit);
  }

  async settled({ tenant, id }: { tenant: string; id: string }, waitMs: number, signal: AbortSignal): Promise<DeliveryRecord | undefined> {
    const untilMs = this.#clock.nowMs() + waitMs;
    for (;;) {
      if (this.#closed) return undefined;
      const found = this.#table.find(tenant, id);
      const leftMs = untilMs - this.#clock.nowMs();
      if (found?.status !== "pending" || leftMs <= 0 || signal.aborted) return found;
      await this.#change(Math.min(leftMs, LOOK_MS), signal);
    }
  }

  resend(tenant: string, id: string): boolean {
    const found = this.#table.again(tenant, id, this.#clock.nowMs());
    this.#wakeIn(0);
    return found;
  }

  cancel(tenant: string, id: string): boolean {
    return this.#table.cancel(tenant, id, this.#clock.nowMs());
  }

  counts(tenant?: string): OutboxCounts & { readonly inFlight: number } {
    const mine = [...this.#inFlight.keys()].filter((delivery) => tenant === undefined || delivery.tenant === tenant);
    return { ...this.#table.counts(this.#clock.nowMs(), tenant), inFlight: mine.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopTimer();
    this.#closed = true;
    const ended = Promise.all(this.#inFlight.values());
    using _late = this.#clock.after(CLOSING_MS, () => this.#stop.abort(new Error("the server ends")));
    await ended;
    for (const watcher of this.#watchers) watcher();
  }

  /** After the transaction in which this is called, if there is one. */
  #wakeIn(delayMs: number): void {
    if (this.#closed) return;
    this.#stopTimer();
    this.#timer = this.#clock.after(delayMs, () => this.#work());
  }

  #stopTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #work(): void {
    try {
      for (let delivery = this.#take(); delivery !== undefined; delivery = this.#take()) this.#begin(delivery);
      this.#forget();
    } catch (error) {
      // A disk that is full, or a lock that somebody holds: the queue is where it was, and is looked at again.
      process.stderr.write(`the outbox stands still for a moment: ${messageOf(error)}\n`);
    }
    this.#wakeIn(this.#untilNextMs());
  }

  #forget(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#forgetAtMs) return;
    this.#table.forget(nowMs - this.#limits.keepMs);
    this.#forgetAtMs = nowMs + FORGETTING_MS;
  }

  #take(): LeasedDelivery | undefined {
    const { inFlightMax, perTargetMax, leaseMs } = this.#limits;
    if (this.#closed || this.#inFlight.size >= inFlightMax) return undefined;
    const flying = [...this.#inFlight.keys()];
    const full = {
      tenants: repeated(
        flying.map(({ tenant }) => tenant),
        Math.max(1, Math.floor(inFlightMax / 2)),
      ),
      targets: repeated(
        flying.map(({ tenant, target }) => `${tenant}\n${target}`),
        perTargetMax,
      ),
    };
    const nowMs = this.#clock.nowMs();
    // Asked without the lock first: mostly there is nothing to do.
    if (this.#table.soonestMs() > nowMs) return undefined;
    return this.#options.state.transaction(() => this.#table.take(full, { name: randomUUID(), nowMs, untilMs: nowMs + leaseMs }));
  }

  /** When the next one is due; never longer than a lease, because another process may leave something behind. */
  #untilNextMs(): number {
    const { leaseMs, inFlightMax } = this.#limits;
    if (this.#inFlight.size >= inFlightMax) return leaseMs;
    try {
      const inMs = this.#table.soonestMs() - this.#clock.nowMs();
      // What is due and was not taken waits for its target: the end of what is on its way there wakes it. Something for
      // another target may become due before, and looking costs the more the more there is that waits.
      return inMs <= 0 ? LOOK_MS : Math.min(leaseMs, Math.max(SHORTEST_MS, inMs));
    } catch {
      return leaseMs;
    }
  }

  #begin(delivery: LeasedDelivery): void {
    const ended = this.#attempt(delivery).finally(() => {
      this.#inFlight.delete(delivery);
      for (const watcher of this.#watchers) watcher();
      this.#wakeIn(0);
    });
    this.#inFlight.set(delivery, ended);
  }

  async #attempt(delivery: LeasedDelivery): Promise<void> {
    const { attemptsMax, attemptMs } = this.#limits;
    // O3: the process has died in each of its attempts.
    if (delivery.attempt > attemptsMax) {
      this.#settle(() => {
        const error = this.#table.find(delivery.tenant, delivery.id)?.error ?? "the server ended whenever it was being sent";
        this.#table.end(delivery, { status: "dead", nowMs: this.#clock.nowMs(), error });
      });
      return;
    }
    const limit = new AbortController();
    const stop = (): void => limit.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener("abort", stop, { once: true });
    using _time = this.#clock.after(attemptMs, () => limit.abort(new Error(`it took longer than ${attemptMs} ms`)));
    using _lease = this.#keepLease(delivery, limit);
    try {
      const outcome = await this.#options.deliver(delivery, limit.signal).catch((error: unknown) => failureOf(error));
      this.#settle(() => this.#record(delivery, outcome));
    } finally {
      this.#stop.signal.removeEventListener("abort", stop);
    }
  }

  #record(delivery: LeasedDelivery, outcome: DeliveryOutcome): void {
    const nowMs = this.#clock.nowMs();
    const { attemptsMax, firstDelayMs, maxDelayMs } = this.#limits;
    if (outcome.kind === "delivered") {
      this.#table.end(delivery, { status: "delivered", nowMs, answer: outcome.answer ?? null });
    } else if (this.#stop.signal.aborted) {
      this.#table.letGo(delivery);
    } else {
      const error = outcome.reason.slice(0, REASON_CHARACTERS_MAX).toWellFormed();
      const delayMs = Math.min(maxDelayMs, Math.max(outcome.retryAfterMs ?? 0, firstDelayMs * 2 ** (delivery.attempt - 1)));
      if (outcome.final === true || delivery.attempt >= attemptsMax) this.#table.end(delivery, { status: "dead", nowMs, error });
      else this.#table.postpone(delivery, nowMs + delayMs, error);
    }
  }

  /** What cannot be written down is as if the process had died: the lease runs out, and the attempt is repeated (O2). */
  #settle(write: () => void): void {
    try {
      write();
    } catch (error) {
      process.stderr.write(`the end of a delivery could not be written down: ${messageOf(error)}\n`);
    }
  }

  #keepLease(delivery: LeasedDelivery, limit: AbortController): Disposable {
    const { leaseMs } = this.#limits;
    let timer: Disposable;
    const arm = (): void => {
      timer = this.#clock.after(Math.ceil(leaseMs / 4), () => {
        this.#settle(() => {
          if (!this.#table.renew(delivery, this.#clock.nowMs() + leaseMs)) limit.abort(new Error("somebody else delivers it"));
        });
        arm();
      });
    };
    arm();
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  #change(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer[Symbol.dispose]();
        this.#watchers.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = this.#clock.after(waitMs, done);
      this.#watchers.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

const machineClock: OutboxClock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    // What waits in the outbox keeps no process alive: it is still there at the next start.
    const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647)).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

function repeated(names: readonly string[], limit: number): readonly string[] {
  const amounts = new Map<string, number>();
  for (const name of names) amounts.set(name, (amounts.get(name) ?? 0) + 1);
  return [...amounts].flatMap(([name, amount]) => (amount >= limit ? [name] : []));
}

function failureOf(error: unknown): DeliveryOutcome {
  if (!(error instanceof ToolError)) return { kind: "failed", reason: messageOf(error) };
  const { retryAfter } = error.error;
  // A refusal of ours stays one; whatever else went wrong out there may pass.
  const final = error.error.type === "Validation";
  return { kind: "failed", reason: error.message, final, ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter * 1_000 }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
