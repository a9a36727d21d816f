import { type Clock, sleep } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import { ANY_MACHINE } from "../model/machine.ts";
import type { Admission, Reservation } from "./admission.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import type { ReplicaChoice } from "./choose-replicas.ts";
import type { Permit } from "./circuit-breaker.ts";
import { notSent, refused } from "./not-sent.ts";
import type { ReplicaAccess, Seeker } from "./replica-access.ts";

/** A call that may be sent to a replica now. */
export interface Admitted {
  readonly kind: "admitted";
  readonly reservation: Reservation;
  readonly permit: Permit;
}

export type Admittance =
  | Admitted
  /** What the call ends with, unless it has a better end already. */
  | { readonly kind: "refused"; readonly outcome: CallOutcome };

export interface AdmitCallPorts {
  readonly admission: Admission;
  readonly access: ReplicaAccess;
  readonly clock: Clock;
}

/** Waits until a call may be sent to one of the replicas that it has not been sent to yet. */
export async function admitCall(call: CallOnItsWay, seeker: Seeker, ports: AdmitCallPorts): Promise<Admittance> {
  try {
    return await admitted(call, seeker, ports);
  } catch (error) {
    if (!call.signal.aborted) throw error;
    return { kind: "refused", outcome: notSent(call.request, "the call was cancelled while it waited for its turn") };
  }
}

async function admitted(call: CallOnItsWay, seeker: Seeker, ports: AdmitCallPorts): Promise<Admittance> {
  const { request, signal } = call;
  const { admission, access } = ports;
  const waiting = async <T>(work: () => Promise<T>): Promise<T> => {
    call.gate.stage("waiting");
    return await call.record.queued(work);
  };
  const patience = { untilMs: ports.clock.monotonicMs() + MACHINE_PATIENCE_MS };
  for (;;) {
    signal.throwIfAborted();
    access.look(request.server);
    const choice = access.choose(seeker);
    const hindrance = seeker.tried.size > 0 ? undefined : (endOfHindrance(choice, call, ports) ?? endOfAbsence(call, ports, patience));
    if (hindrance !== undefined) {
      await waiting(hindrance);
      continue;
    }
    if (choice?.kind !== "replicas") return { kind: "refused", outcome: refusal(request, choice, access) };
    const chosen = (): readonly string[] => connectionsOf(access.choose(seeker));
    const inTurn = async (): Promise<Reservation | undefined> => {
      const turn = admission.reserve(seeker.claim, chosen, signal);
      access.watch(request);
      return await turn;
    };
    const reservation = admission.tryReserve(seeker.claim, choice.connections) ?? (await waiting(inTurn));
    if (reservation === undefined) continue;
    const { connection } = reservation;
    // Much may have happened while it waited, and others may have gone before it through a breaker that is half open.
    const permit = !signal.aborted && chosen().includes(connection) ? access.enter(request, connection) : undefined;
    if (permit !== undefined) return { kind: "admitted", reservation, permit };
    reservation[Symbol.dispose]();
  }
}

/** Whoever was told when to come again may be early by that: the wall clock and timers know whole milliseconds. */
const EARLY_MS: Ms = 5;

/** Waits for what keeps a call from all replicas, where that passes soon. */
function endOfHindrance(
  choice: ReplicaChoice | undefined,
  { request, signal }: CallOnItsWay,
  { access, clock }: AdmitCallPorts,
): (() => Promise<void>) | undefined {
  switch (choice?.kind) {
    case "paused":
      return () => sleep(clock, choice.forMs, signal);
    case "open":
      return choice.forMs > EARLY_MS ? undefined : () => sleep(clock, choice.forMs, signal);
    case "tried":
      // Whoever came a moment too late to try it would else fail although the server is well again.
      return () => access.nextEnd(request.server, signal);
    default:
      return undefined;
  }
}

/** A machine that was started anew, or lost its connection, joins again soon; so do all when it was this process that was. */
const MACHINE_PATIENCE_MS: Ms = 10_000;
const LOOK_FOR_MACHINE_MS: Ms = 250;

/** Waits for a machine that the call needs and that is not there, for a while. */
function endOfAbsence(
  { request, signal }: CallOnItsWay,
  { access, clock }: AdmitCallPorts,
  { untilMs }: { readonly untilMs: Ms },
): (() => Promise<void>) | undefined {
  if (access.eligible(request).length > 0 || clock.monotonicMs() >= untilMs) return undefined;
  return () => sleep(clock, LOOK_FOR_MACHINE_MS, signal);
}

function connectionsOf(choice: ReplicaChoice | undefined): readonly string[] {
  return choice?.kind === "replicas" ? choice.connections : [];
}

function refusal(
  request: CallRequest,
  choice: Exclude<ReplicaChoice, { kind: "replicas" }> | undefined,
  access: Pick<ReplicaAccess, "eligible">,
): CallOutcome {
  const { server, tool } = request;
  if (access.eligible(request).length === 0) return refused(request, { kind: "connection", message: absence(request) });
  const forMs = Math.ceil(choice?.forMs ?? 0);
  const message = `calls to "${server}" kept failing, so it is left alone; it is tried again in ${forMs} ms`;
  return { kind: "failed", accepted: false, error: { kind: "circuit_open", message, server, tool }, retryAfterMs: forMs };
}

function absence({ server, machines }: CallRequest): string {
  if (machines === undefined) return `no machine that has "${server}" is there`;
  const { targets, others } = machines;
  const named = [...targets, ...others].filter((name) => name !== ANY_MACHINE);
  const asked = named.length === 0 ? "any machine" : named.map((name) => `"${name}"`).join(", ");
  return `it was to be done on ${asked}, and none that has "${server}" is there`;
}
