import { assert } from "../base/assert.ts";
import type { CallOutcome, CallRequest, Failover } from "../model/call.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import { machineOf, ownerOf } from "../model/replica.ts";
import { type Log, SILENT } from "../ports/log.ts";
import { type Metrics, UNMEASURED } from "../ports/metrics.ts";
import { admitCall } from "./admit-call.ts";
import { askedOnce } from "./asked-once.ts";
import { logFields } from "./call-log-fields.ts";
import type { CallRecord } from "./call-record.ts";
import type { CallOnItsWay, CallStage } from "./call-stage.ts";
import { claimOf } from "./claim.ts";
import type { TrialEnd } from "./hedge.ts";
import { mayFailOver } from "./may-fail-over.ts";
import { refused } from "./not-sent.ts";
import { ReplicaAccess, type ReplicaAccessPorts } from "./replica-access.ts";
import { type Journey, tryReplica } from "./try-replica.ts";

export interface BalancePorts extends ReplicaAccessPorts {
  /** Default: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  /** Default: nobody is told. */
  readonly log?: Log | undefined;
}

/**
 * Finds the replica that a call is sent to: waits until one that is well has a place for it and all that its step
 * occupies, and goes on to another one when it could not do what it was asked, as far as that does no harm. The time for
 * the call does not run while it waits.
 */
export function balance(ports: BalancePorts): CallStage {
  const { metrics = UNMEASURED, log = SILENT } = ports;
  const access = new ReplicaAccess(ports);
  const tell = ({ call }: Journey, failover: Failover): void => {
    call.record.failedOver(failover);
    metrics.count("tutti_failovers_total", { server: call.request.server });
    if (!log.enabled("warn")) return;
    log.write("warn", "a call goes on to another replica", { ...logFields(call), replica: failover.replica, error: failover.kind });
  };
  return async (call, next) => {
    const { request } = call;
    const claim = claimOf(request);
    const eligible = access.eligible(request).map(({ connection }) => connection);
    // Of a machine that is not there, nobody knows what it has.
    const impossible = eligible.length === 0 ? undefined : ports.admission.whyImpossible(claim, eligible);
    if (impossible !== undefined) {
      const message = `${request.server}.${request.tool} can never be called with what the step occupies: ${impossible}`;
      return refused(request, { kind: "input_invalid", message });
    }
    const seeker = { request, claim, tried: new Set<string>() };
    // However many replicas are asked, the execution is asked once.
    const asking = { ...call, gate: askedOnce(call.gate) };
    const journey: Journey = { call: asking, next, seeker, ports: { ...ports, access } };
    return await travel(journey, (failover) => tell(journey, failover));
  };
}

/** From replica to replica, each at most once, until one has done it or no other may. */
async function travel(journey: Journey, tell: (failover: Failover) => void): Promise<CallOutcome> {
  const { call, seeker, ports } = journey;
  const replicas = ports.access.replicas(call.request.server);
  const nameOf = (connection: string): string =>
    replicas.find((replica) => replica.connection === connection)?.name ?? ownerOf(connection).replica ?? connection;
  const goTo = (connection: string): void => call.record.wentTo(placeOf(connection, call.request));
  let failed: readonly TrialEnd[] = [];
  for (;;) {
    const admittance = await admitCall(call, seeker, ports);
    if (admittance.kind === "refused") return failed.at(-1)?.outcome ?? admittance.outcome;
    const { connection } = admittance.reservation;
    const before = failed.length === 0 ? ports.access.leftOut(seeker, connection) : failed.map((end) => failoverOf(end, nameOf));
    for (const failover of before) tell(failover);
    goTo(connection);
    failed = await tryReplica(journey, admittance);
    const final = finalOf(failed, call);
    if (final === undefined) continue;
    for (const end of failed) if (end !== final) tell(failoverOf(end, nameOf));
    goTo(final.connection);
    return final.outcome;
  }
}

/** What is worth saying of where a call goes. */
function placeOf(connection: string, { machines }: CallRequest): Parameters<CallRecord["wentTo"]>[0] {
  const machine = machineOf(connection);
  const asked = machines === undefined ? undefined : LOCAL_MACHINE;
  return machine === undefined ? { replica: ownerOf(connection).replica, machine: asked } : { replica: undefined, machine };
}

/** The end after which no other replica is asked. */
function finalOf(ends: readonly TrialEnd[], { request, signal }: CallOnItsWay): TrialEnd | undefined {
  return (
    ends.find(({ outcome }) => outcome.kind === "succeeded") ??
    ends.find(({ outcome }) => !mayFailOver(request, outcome)) ??
    (signal.aborted ? ends.at(-1) : undefined)
  );
}

function failoverOf({ connection, outcome }: TrialEnd, nameOf: (connection: string) => string): Failover {
  assert(outcome.kind !== "succeeded", "only a failure is gone on from");
  const { kind, message } = outcome.error;
  return { replica: nameOf(connection), kind, message };
}
