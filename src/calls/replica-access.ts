import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallOutcome, CallRequest, Failover } from "../model/call.ts";
import { isBad } from "../model/health.ts";
import { machineOf, ownerOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Health } from "../ports/health.ts";
import type { Admission } from "./admission.ts";
import { ChoiceWatch } from "./choice-watch.ts";
import { type Candidate, chooseReplicas, type ReplicaChoice } from "./choose-replicas.ts";
import type { Permit } from "./circuit-breaker.ts";
import type { CircuitBreakers } from "./circuit-breakers.ts";
import type { Claim } from "./claim.ts";
import { ReplicaPauses } from "./replica-pauses.ts";
import { eligibleReplicas } from "./eligible-replicas.ts";
import { faultOf } from "./server-fault.ts";
import { type ServerReplica, serverReplicas } from "./server-replicas.ts";

export interface ReplicaAccessPorts {
  readonly admission: Admission;
  readonly breakers: Pick<CircuitBreakers, "of">;
  readonly health: Health;
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
}

/** A call that looks for a replica. */
export interface Seeker {
  readonly request: CallRequest;
  readonly claim: Claim;
  /** Connections that it has been sent over. */
  readonly tried: ReadonlySet<string>;
}

/** A call that was with a replica. */
export interface EndedTrial {
  readonly connection: string;
  readonly permit: Permit;
  readonly tookMs: Ms;
}

/** Which replicas a call may go to, by all that is known of them; and learns from how calls end. */
export class ReplicaAccess {
  readonly #ports: ReplicaAccessPorts;
  readonly #pauses: ReplicaPauses;
  readonly #watch: ChoiceWatch;
  /** By server, where somebody waits for one. */
  readonly #nextEnds = new Map<string, PromiseWithResolvers<void>>();

  constructor(ports: ReplicaAccessPorts) {
    this.#ports = ports;
    this.#pauses = new ReplicaPauses(ports.clock);
    this.#watch = new ChoiceWatch({
      ...ports,
      printOf: (server, tool) => this.#states({ server, tool }, this.replicas(server)).map(printOf).join("\n"),
    });
  }

  replicas(server: string): readonly ServerReplica[] {
    return serverReplicas(server, this.#ports.servers.get(server));
  }

  /** Those that a call may go to, whatever is known of how they are. */
  eligible({ server, machines }: Pick<CallRequest, "server" | "machines">): readonly ServerReplica[] {
    return eligibleReplicas(this.replicas(server), machines);
  }

  /** Undefined when there is none that the call has not been sent to. */
  choose({ request, claim, tried }: Seeker): ReplicaChoice | undefined {
    const { admission } = this.#ports;
    const candidates = this.#candidates(request).filter(
      ({ connection }) => !tried.has(connection) && admission.couldEver(claim, connection),
    );
    const asked = candidates.filter(({ name, health }) => name === request.replica && health !== "unreachable");
    if (asked.length > 0) return chooseReplicas(asked);
    return candidates.length === 0 ? undefined : chooseReplicas(candidates);
  }

  /** Whoever has a permit says how the call ended, with {@link ended}, and that it is {@link gone}. */
  enter({ server, tool }: CallRequest, connection: string): Permit | undefined {
    const breaker = this.#ports.breakers.of(server, connection, tool);
    return breaker === undefined ? ALWAYS : breaker.enter();
  }

  /** A call to a replica has ended like this. */
  ended({ connection, permit, tookMs }: EndedTrial, outcome: CallOutcome): void {
    const fault = faultOf(outcome);
    if (fault === "success") {
      permit.succeeded();
      this.#ports.health.saw(connection, { kind: "answered", durationMs: tookMs });
    } else if (fault === "neutral" || outcome.kind === "succeeded") permit.released();
    else {
      if (this.#isLostWithOthers(connection, outcome)) permit.lost();
      else permit.failed();
      this.#ports.health.saw(connection, { kind: "failed", fault, message: outcome.error.message });
    }
    this.#pauses.saw(connection, outcome);
  }

  /** A call to a replica is no more, however it ended; to be said before it gives back what it holds. */
  gone(server: string, permit: Permit): void {
    // Says nothing when the end of the call has been told.
    permit.released();
    this.#nextEnds.get(server)?.resolve();
    this.#nextEnds.delete(server);
    this.look(server);
  }

  /** Waits until a call to the server has ended. Rejects with the signal's reason. */
  async nextEnd(server: string, signal: AbortSignal): Promise<void> {
    const next = this.#nextEnds.get(server) ?? Promise.withResolvers<void>();
    this.#nextEnds.set(server, next);
    await abortable(next.promise, signal);
  }

  /** A claim for the call waits now: it is told when it may choose otherwise. */
  watch({ server, tool }: CallRequest): void {
    const replicas = this.replicas(server);
    // Machines come and go, and nobody tells.
    this.#watch.begin(server, tool, replicas.length > 1 || replicas.some(({ machine }) => machine !== undefined));
  }

  /** To be said when something may have changed at a server that nobody has told of. */
  look(server: string): void {
    this.#watch.look(server);
  }

  /** Better replicas that are left out now, and why. */
  leftOut({ request, tried }: Seeker, connection: string): readonly Failover[] {
    const all = this.#candidates(request);
    const tier = all.find((candidate) => candidate.connection === connection)?.tier ?? 1;
    return all.flatMap((candidate) => {
      if (candidate.tier >= tier || tried.has(candidate.connection)) return [];
      const why = whyLeftOut(candidate);
      return why === undefined ? [] : { replica: candidate.name, ...why };
    });
  }

  /** All calls to a process, to a machine or over a WebSocket are on one connection. Over HTTP each has its own. */
  #isLostWithOthers(connection: string, outcome: CallOutcome): boolean {
    if (outcome.kind === "succeeded" || outcome.error.kind !== "connection") return false;
    // A machine that is gone is no replica any more, and what had not begun there was lost with it as well.
    if (machineOf(connection) !== undefined) return outcome.kind === "unknown" || !outcome.accepted;
    if (outcome.kind !== "unknown") return false;
    return this.replicas(ownerOf(connection).server).some((replica) => replica.connection === connection && replica.isShared);
  }

  #candidates(request: Pick<CallRequest, "server" | "tool" | "machines">): readonly (Candidate & ServerReplica)[] {
    return this.#states(request, this.eligible(request));
  }

  #states(
    { server, tool }: Pick<CallRequest, "server" | "tool">,
    replicas: readonly ServerReplica[],
  ): readonly (Candidate & ServerReplica)[] {
    const { breakers, health } = this.#ports;
    return replicas.map((replica) => {
      const breaker = breakers.of(server, replica.connection, tool);
      const refusedForMs = breaker?.retryAfterMs ?? 0;
      return {
        ...replica,
        health: health.stateOf(replica.connection),
        refusedForMs,
        isTried: refusedForMs > 0 && breaker?.state === "half_open",
        pausedForMs: this.#pauses.leftMs(replica.connection),
      };
    });
  }
}

function printOf({ connection, refusedForMs, health, pausedForMs }: Candidate): string {
  return `${connection} ${refusedForMs === 0} ${isBad(health)} ${pausedForMs === 0}`;
}

function whyLeftOut({ health, refusedForMs, pausedForMs }: Candidate): Omit<Failover, "replica"> | undefined {
  if (refusedForMs > 0) return { kind: "circuit_open", message: "its calls kept failing, and it is left alone for a while" };
  if (isBad(health)) return { kind: "connection", message: `it is ${health}` };
  return pausedForMs > 0 ? { kind: "rate_limit", message: "it has asked to be called later" } : undefined;
}

/** Of a breaker that is switched off. */
const ALWAYS: Permit = { succeeded: () => undefined, failed: () => undefined, lost: () => undefined, released: () => undefined };
