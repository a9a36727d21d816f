import type { Clock } from "../base/clock.ts";
import type { CallOutcome } from "../model/call.ts";
import { UNKNOWN_LABEL } from "../model/metric.ts";
import type { RateLimit, ServerConfig } from "../model/server.ts";
import { type Metrics, UNMEASURED } from "../ports/metrics.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";
import { type RatedCall, RateQueue } from "./rate-queue.ts";
import { RateWindows } from "./rate-windows.ts";

export interface LimitRatePorts {
  /** By name; may change while calls are on their way. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** For the calls of each client to all servers together: a user of a tenant, or a tenant. Default: no limit. */
  readonly clients?: RateLimit | undefined;
  readonly clock: Clock;
  readonly metrics?: Metrics;
}

/**
 * Sends no more calls in any span of time than the limits say. What is too much waits; it is never refused for it.
 *
 * A turn is taken here and counts from when the call is sent, which may be later: calls that had their turns long ago, and
 * then waited for a place, must not go all at once. A call that another replica gets as well is counted again.
 */
export function limitRate({ servers, clients, clock, metrics = UNMEASURED }: LimitRatePorts): CallStage {
  const windows = new RateWindows({ servers, clients, clock });
  const queue = new RateQueue(clock);
  return (call, next) => {
    const rated = windows.of(call);
    if (rated === undefined) return next(call);
    return queue.take(rated) ? inTurn(call, next, { rated, queue }) : afterWaiting(call, next, rated);
  };

  async function afterWaiting(call: CallOnItsWay, next: NextStage, rated: RatedCall): Promise<CallOutcome> {
    const { server } = call.request;
    metrics.count("tutti_rate_limited_total", { server: servers.has(server) ? server : UNKNOWN_LABEL });
    call.gate.stage("waiting");
    try {
      await call.record.queued(() => queue.wait(rated, call.signal));
    } catch (error) {
      if (!call.signal.aborted) throw error;
      return notSent(call.request, `the call was cancelled while it waited for its turn: ${windows.describe(call)}`);
    }
    return await inTurn(call, next, { rated, queue });
  }
}

async function inTurn(
  call: CallOnItsWay,
  next: NextStage,
  { rated, queue }: { readonly rated: RatedCall; readonly queue: RateQueue },
): Promise<CallOutcome> {
  const { gate } = call;
  let sent = false;
  const send = (): void => {
    if (sent) queue.sentAgain(rated);
    else queue.sent(rated);
    sent = true;
  };
  const watching = {
    sending: (machine?: string) => gate.sending(machine),
    progress: gate.progress.bind(gate),
    stage(stage: "waiting" | "sent") {
      if (stage === "sent") send();
      gate.stage(stage);
    },
  };
  let unsent = false;
  try {
    const outcome = await next({ ...call, gate: watching });
    unsent = outcome.kind === "failed" && !outcome.accepted;
    return outcome;
  } finally {
    // Whatever may have reached the server has used its turn, also when nobody has said so.
    if (!sent && unsent) queue.giveBack(rated);
    else if (!sent) send();
  }
}
