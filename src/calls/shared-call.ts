import type { CallOutcome } from "../model/call.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import type { CallOnItsWay, NextStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";

/**
 * One call whose answer several wait for. Only for calls that read.
 *
 * 1. It goes on as long as anybody waits; when the last one leaves it is aborted, and that one gets what becomes of it.
 * 2. Everybody else gets its end as it is, or leaves when their own signal aborts.
 * 3. It is sent when somebody who waits says that it may be; who says no leaves.
 */
export class SharedCall {
  readonly #first: CallOnItsWay;
  readonly #waiting = new Map<CallOnItsWay, Waiting>();
  readonly #controller = new AbortController();
  /** Who said that it may be sent. */
  #sender: CallOnItsWay | undefined;
  #stage: "waiting" | "sent" | undefined;

  /** @param first - whose call is made; joins before it is run */
  constructor(first: CallOnItsWay) {
    this.#first = first;
  }

  /** Whether another call can wait for this one, and is not ended much too early because the first had less time. */
  suits({ request: { timeoutMs } }: CallOnItsWay): boolean {
    return !this.#controller.signal.aborted && this.#first.request.timeoutMs * 2 >= timeoutMs;
  }

  /** Waits for the end. */
  async join(call: CallOnItsWay): Promise<CallOutcome> {
    const { promise, ...waiting } = Promise.withResolvers<CallOutcome>();
    const leave = (): void => this.#leave(call);
    this.#waiting.set(call, waiting);
    if (this.#stage !== undefined) call.gate.stage(this.#stage);
    call.signal.addEventListener("abort", leave, { once: true });
    try {
      return await promise;
    } finally {
      call.signal.removeEventListener("abort", leave);
    }
  }

  /** Makes the call and tells all who wait. Never rejects: they do, if need be. */
  async run(next: NextStage): Promise<void> {
    try {
      const outcome = await next({ ...this.#first, gate: this.#gate(), signal: this.#controller.signal });
      for (const { resolve } of this.#waiting.values()) resolve(outcome);
    } catch (error) {
      for (const { reject } of this.#waiting.values()) reject(error);
    }
  }

  #leave(call: CallOnItsWay): void {
    if (this.#waiting.size === 1) {
      this.#controller.abort(call.signal.reason);
      return;
    }
    const sent = call === this.#sender && this.#stage === "sent";
    const error = { kind: "cancelled", message: "it was cancelled after it had been sent; others still wait for the answer" } as const;
    const unsent = "the call was cancelled while it waited for the answer to another one that asks the same";
    this.#end(call, sent ? { kind: "unknown", error } : notSent(call.request, unsent));
  }

  #end(call: CallOnItsWay, outcome: CallOutcome): void {
    this.#waiting.get(call)?.resolve(outcome);
    this.#waiting.delete(call);
  }

  #gate(): CallGate {
    return {
      sending: () => this.#askToSend(),
      progress: (progress) => {
        for (const { gate } of this.#waiting.keys()) gate.progress(progress);
      },
      stage: (stage) => {
        this.#stage = stage;
        for (const { gate } of this.#waiting.keys()) gate.stage(stage);
      },
    };
  }

  async #askToSend(): Promise<void> {
    for (const call of this.#waiting.keys()) {
      this.#sender = call;
      try {
        await call.gate.sending();
        return;
      } catch {
        this.#end(call, notSent(call.request, "the call was no longer wanted"));
      }
    }
    // Nobody may join it any more.
    this.#controller.abort();
    throw new Error("nobody wants the call any more");
  }
}

type Waiting = Pick<PromiseWithResolvers<CallOutcome>, "resolve" | "reject">;
