import type { Clock } from "../base/clock.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { DEFAULT_RETRY_BUDGET } from "../model/default-retry-budget.ts";
import type { RetryBudget, ServerConfig } from "../model/server.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";
import { RetryTokens } from "./retry-tokens.ts";

export interface RetryBudgetPorts {
  /** By name; may change while calls are on their way. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
}

/**
 * Lets only a share of the calls to a server be repetitions: one that fails most of its calls would otherwise get several
 * times as many as one that works. A repetition for which there is nothing left waits; it never fails for it.
 */
export function spendRetryBudget({ servers, clock }: RetryBudgetPorts): CallStage {
  const accounts = new Map<string, RetryAccount>();
  const accountOf = (server: ServerConfig): RetryAccount => {
    const { name, retryBudget: budget = DEFAULT_RETRY_BUDGET } = server;
    const account = accounts.get(name) ?? new RetryAccount(budget, clock);
    accounts.set(name, account);
    account.budget = budget;
    return account;
  };
  return (call, next) => {
    const server = servers.get(call.request.server);
    // A name that somebody has made up gets no account: there is no end of those.
    if (server === undefined) return next(call);
    const account = accountOf(server);
    if (call.request.attempt > 1) return repeat(call, next, account);
    account.deposit();
    return next(call);
  };
}

async function repeat(call: CallOnItsWay, next: NextStage, account: RetryAccount): Promise<CallOutcome> {
  if (!account.take()) {
    call.gate.stage("waiting");
    try {
      await call.record.queued(() => account.wait(call.signal));
    } catch (error) {
      if (!call.signal.aborted) throw error;
      const { share, perSecond } = account.budget;
      const percent = Math.round(share * 1_000) / 10;
      const budget = `only ${percent} % of the calls to server "${call.request.server}" and ${perSecond} in a second may be repetitions`;
      return notSent(call.request, `the call was cancelled while it waited to be repeated: ${budget}`);
    }
  }
  const outcome = await next(call);
  if (outcome.kind === "failed" && !outcome.accepted && UNTRIED.has(outcome.error.kind)) account.giveBack();
  return outcome;
}

/** A call that ends like this without having been sent has cost no server anything. */
const UNTRIED: ReadonlySet<CallErrorKind> = new Set(["circuit_open", "cancelled", "denied", "input_invalid"]);

/** The tokens of one server, and those who wait for one, in the order in which they came. */
class RetryAccount {
  readonly #clock: Clock;
  readonly #tokens: RetryTokens;
  readonly #waiting = new Set<() => void>();
  #timer: Disposable | undefined;

  constructor(budget: RetryBudget, clock: Clock) {
    this.#clock = clock;
    this.#tokens = new RetryTokens(budget, clock.monotonicMs());
  }

  get budget(): RetryBudget {
    return this.#tokens.budget;
  }

  set budget(budget: RetryBudget) {
    if (budget === this.#tokens.budget) return;
    this.#tokens.budget = budget;
    this.#serve();
  }

  deposit(): void {
    this.#tokens.deposit(this.#clock.monotonicMs());
    this.#serve();
  }

  giveBack(): void {
    this.#tokens.giveBack(this.#clock.monotonicMs());
    this.#serve();
  }

  take(): boolean {
    return this.#waiting.size === 0 && this.#tokens.take(this.#clock.monotonicMs());
  }

  /** Waits for a token, which is then taken. Rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.#waiting.delete(resolve);
      this.#serve();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#waiting.add(resolve);
    this.#serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #serve(): void {
    if (this.#waiting.size === 0 && this.#timer === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    for (const resolve of this.#waiting) {
      if (!this.#tokens.take(nowMs)) break;
      this.#waiting.delete(resolve);
      resolve();
    }
    this.#timer?.[Symbol.dispose]();
    const waitMs = this.#waiting.size === 0 ? undefined : this.#tokens.waitMs(nowMs);
    this.#timer = waitMs === undefined ? undefined : this.#clock.after(waitMs, () => this.#serve());
  }
}
