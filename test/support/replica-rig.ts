import { setImmediate as nextTurn } from "node:timers/promises";
import { Admission } from "../../src/calls/admission.ts";
import { balance } from "../../src/calls/balance.ts";
import { CallRecord } from "../../src/calls/call-record.ts";
import type { CallOnItsWay, CallStage } from "../../src/calls/call-stage.ts";
import { CircuitBreakers } from "../../src/calls/circuit-breakers.ts";
import { notSent } from "../../src/calls/not-sent.ts";
import type { CallOutcome, CallRequest } from "../../src/model/call.ts";
import type { HealthState } from "../../src/model/health.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import type { CallGate } from "../../src/ports/tool-caller.ts";
import { callRequest } from "./call-request.ts";
import { ManualClock } from "./manual-clock.ts";
import { serverConfig } from "./server-config.ts";

/** A call that a replica has in its hands. */
export interface CallInHand {
  readonly connection: string;
  readonly request: CallRequest;
  readonly gate: CallGate;
  readonly signal: AbortSignal;
  answer(outcome: CallOutcome): void;
}

/** A call that was made through the balancer. */
export interface RigCall {
  readonly outcome: Promise<CallOutcome>;
  readonly record: CallRecord;
  /** What its gate was told or asked. */
  readonly gate: string[];
}

export const DONE: CallOutcome = { kind: "succeeded", output: "done" };

/** Replicas of the server `s` behind the balancer, with real breakers and admission, that answer as a test says. */
export class ReplicaRig {
  readonly clock = new ManualClock();
  /** All calls that ever went to a replica. */
  readonly sent: CallInHand[] = [];
  /** By connection; where there is nothing, calls stay in hand until the test answers. A call that is aborted ends. */
  readonly behaviour = new Map<string, (call: CallInHand) => CallOutcome>();
  /** Connections whose servers do not stop when they are told to. */
  readonly stubborn = new Set<string>();
  readonly health = new Map<string, HealthState>();
  /** What the monitor of health was told: `s#1 answered`, `s#2 failed connection`. */
  readonly signals: string[] = [];
  readonly servers: Map<string, ServerConfig>;
  readonly admission: Admission;
  readonly breakers: CircuitBreakers;
  readonly #stage: CallStage;

  constructor(config: Partial<ServerConfig> = {}, total = 50) {
    const { clock } = this;
    this.servers = new Map([["s", serverConfig("s", config)]]);
    this.admission = new Admission({ servers: this.servers, total, shared: {}, clock });
    this.breakers = new CircuitBreakers({ servers: this.servers, clock });
    this.#stage = balance({
      admission: this.admission,
      breakers: this.breakers,
      servers: this.servers,
      clock,
      health: {
        stateOf: (connection) => this.health.get(connection) ?? "unknown",
        saw: (connection, signal) => {
          this.signals.push(`${connection} ${signal.kind}${signal.kind === "failed" ? ` ${signal.fault}` : ""}`);
        },
      },
    });
  }

  /** The connections that calls were sent over, in order. */
  get route(): readonly string[] {
    return this.sent.map(({ connection }) => connection);
  }

  /** How many calls hold a place now. */
  get held(): number {
    return Array.from(this.admission.usage(), ({ inFlight }) => inFlight).reduce((sum, inFlight) => sum + inFlight, 0);
  }

  call(more: Partial<CallRequest> = {}, signal: AbortSignal = new AbortController().signal, sending?: () => Promise<void>): RigCall {
    const told: string[] = [];
    const gate: CallGate = {
      sending: async () => {
        told.push("sending");
        await sending?.();
      },
      stage: (stage) => void told.push(stage),
      progress: ({ message = "" }) => void told.push(message),
    };
    const record = new CallRecord(this.clock);
    const outcome = this.#stage({ request: callRequest(more), meta: {}, gate, signal, record }, (call) => this.#send(call));
    return { outcome, record, gate: told };
  }

  /** Lets everything happen that happens without time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  }

  async #send({ connection = "none", request, gate, signal, record }: CallOnItsWay): Promise<CallOutcome> {
    try {
      await gate.sending();
    } catch {
      return notSent(request, "the call was no longer wanted");
    }
    return await record.atServer(
      () =>
        new Promise<CallOutcome>((resolve, reject) => {
          const stopped = (): void => answer({ kind: "unknown", error: { kind: "cancelled", message: "stopped" } });
          const answer = (outcome: CallOutcome): void => {
            signal.removeEventListener("abort", stopped);
            resolve(outcome);
          };
          const call = { connection, request, gate, signal, answer };
          this.sent.push(call);
          const behave = this.behaviour.get(connection);
          try {
            if (behave !== undefined) return answer(behave(call));
          } catch (error) {
            return reject(error);
          }
          if (this.stubborn.has(connection)) return;
          if (signal.aborted) return stopped();
          signal.addEventListener("abort", stopped, { once: true });
        }),
    );
  }
}

/** The rest of the configuration of a server with so many replicas, named 1, 2, ..., of these tiers. */
export function replicated(...tiers: readonly number[]): Partial<ServerConfig> {
  const { connection } = serverConfig();
  const [tier = 1, ...others] = tiers;
  return { tier, replicas: others.map((other, index) => ({ name: `${index + 2}`, connection, tier: other })) };
}
