import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";
import { type Metrics, UNMEASURED } from "../ports/metrics.ts";
import type { Admission } from "./admission.ts";
import type { Admitted } from "./admit-call.ts";
import type { CallOnItsWay, NextStage } from "./call-stage.ts";
import { firstSuccess, type Trial, type TrialEnd } from "./hedge.ts";
import type { ReplicaAccess, Seeker } from "./replica-access.ts";

/** A call on its way through the replicas of its server. */
export interface Journey {
  readonly call: CallOnItsWay;
  /** To the one replica that is the connection of the call then. */
  readonly next: NextStage;
  readonly seeker: Seeker & { readonly tried: Set<string> };
  readonly ports: TryReplicaPorts;
}

export interface TryReplicaPorts {
  readonly admission: Admission;
  readonly access: ReplicaAccess;
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
}

/**
 * Sends a call to the replica at which it was admitted, and to a second one if it may be and the first is slow. Gives
 * how that ended; the last end counts. What the call holds at a replica is given back when that has ended it.
 */
export async function tryReplica(journey: Journey, admitted: Admitted): Promise<readonly TrialEnd[]> {
  const { call, ports } = journey;
  const afterMs = hedgeAfterMs(journey);
  if (afterMs === undefined) {
    const { connection } = admitted.reservation;
    return [{ connection, outcome: await sendTo(journey, admitted, call) }];
  }
  const listening = { on: true };
  try {
    const second = (): Trial | undefined => hedge(journey, listening);
    return await firstSuccess(startTrial(journey, admitted, listening), { clock: ports.clock, afterMs, second });
  } finally {
    listening.on = false;
  }
}

/** When a second replica may be asked as well; undefined when none may be, or there is none. */
function hedgeAfterMs({ call, seeker, ports }: Journey): Ms | undefined {
  const { server, effect, replica } = call.request;
  if (effect !== "read" || replica !== undefined || seeker.tried.size + 1 >= ports.access.eligible(call.request).length) return undefined;
  return ports.servers.get(server)?.hedgeAfterMs;
}

/** Only where nobody has to wait for it: it is not worth more than what others want. */
function hedge(journey: Journey, listening: { readonly on: boolean }): Trial | undefined {
  const { call, seeker, ports } = journey;
  const choice = ports.access.choose(seeker);
  if (choice?.kind !== "replicas" || call.signal.aborted) return undefined;
  const reservation = ports.admission.tryReserve(seeker.claim, choice.connections);
  if (reservation === undefined) return undefined;
  const permit = ports.access.enter(call.request, reservation.connection);
  if (permit === undefined) {
    reservation[Symbol.dispose]();
    return undefined;
  }
  call.record.wasHedged();
  (ports.metrics ?? UNMEASURED).count("tutti_hedges_total", { server: call.request.server });
  return startTrial(journey, { kind: "admitted", reservation, permit }, listening);
}

/** A call that can be stopped without stopping the others, and that is not heard of any more when nobody listens. */
function startTrial(journey: Journey, admitted: Admitted, listening: { readonly on: boolean }): Trial {
  const { call } = journey;
  const controller = new AbortController();
  const follow = (): void => controller.abort(call.signal.reason);
  if (call.signal.aborted) follow();
  else call.signal.addEventListener("abort", follow, { once: true });
  const gate: CallOnItsWay["gate"] = {
    sending: (machine) => call.gate.sending(machine),
    stage: (stage) => listening.on && call.gate.stage(stage),
    progress: (progress) => listening.on && call.gate.progress(progress),
  };
  const outcome = sendTo(journey, admitted, { ...call, signal: controller.signal, gate });
  return {
    connection: admitted.reservation.connection,
    outcome: outcome.finally(() => call.signal.removeEventListener("abort", follow)),
    stop: () => controller.abort(new Error("another replica has answered")),
  };
}

async function sendTo({ next, seeker, ports }: Journey, { reservation, permit }: Admitted, call: CallOnItsWay): Promise<CallOutcome> {
  using held = reservation;
  const { connection } = held;
  const { access, clock } = ports;
  seeker.tried.add(connection);
  const startMs = clock.monotonicMs();
  const send = async (): Promise<CallOutcome> => await next({ ...call, connection });
  const { resources, leases } = seeker.claim;
  const claimsAnything = resources.length > 0 || leases.length > 0;
  try {
    const outcome = await (claimsAnything ? call.record.reserved(send) : send());
    access.ended({ connection, permit, tookMs: clock.monotonicMs() - startMs }, outcome);
    return outcome;
  } finally {
    access.gone(call.request.server, permit);
  }
}
