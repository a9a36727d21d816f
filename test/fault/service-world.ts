import type { DatabaseSync } from "node:sqlite";
import { callService } from "../../examples/sqlite-service/call-service.ts";
import { openStore } from "../../examples/sqlite-service/open-store.ts";
import { Refusal, type Service } from "../../examples/sqlite-service/service.ts";
import { present } from "../../src/base/assert.ts";
import { callId, type CallErrorKind, type CallOutcome, type CallRequest } from "../../src/model/call.ts";
import type { ToolWorld } from "../support/world.ts";

/** What happens to one call between Tutti and a service. */
export type Fault =
  | "none"
  /** The connection was refused: nothing happened, and it is known. */
  | "not_accepted"
  /** An error answer of a tool that did nothing. */
  | "tool_error"
  /** An error answer of something before the service, which never saw the call. */
  | "error_before"
  /** The service did it, and something between made an error of its answer. */
  | "error_after"
  /** Nobody knows: the service never saw it. */
  | "lost_before"
  /** Nobody knows: the service did it. */
  | "lost_after"
  /** Nobody knows, and the call arrives at some later time, perhaps when everything is over. */
  | "late"
  /** It arrives twice. */
  | "twice"
  /** It arrives, is answered, and arrives once more later. */
  | "again_later";

/** A message that is still on its way. */
interface Late {
  readonly request: CallRequest;
  /** The number of calls after which it arrives. */
  readonly afterCalls: number;
}

export interface Trouble {
  readonly fault: (request: CallRequest) => Fault;
  /** After how many more calls a late message arrives. */
  readonly delayCalls: () => number;
}

/** The tenant of all calls in these tests; the other one must not notice anything. */
export const TENANT = "acme";

/** Services of an example with their real tools and databases, behind a network that cannot be trusted. */
export class ServiceWorld implements ToolWorld {
  readonly calls: string[] = [];
  readonly #databases = new Map<string, DatabaseSync>();
  readonly #services: Readonly<Record<string, Service>>;
  readonly #trouble: Trouble;
  #late: Late[] = [];

  constructor(services: Readonly<Record<string, Service>>, trouble: Trouble) {
    this.#services = services;
    this.#trouble = trouble;
    for (const { store } of Object.values(services)) {
      if (!this.#databases.has(store.name)) this.#databases.set(store.name, openStore(store, undefined));
    }
  }

  serves(server: string): boolean {
    return Object.hasOwn(this.#services, server);
  }

  /** The file of one service. */
  database(store: string): DatabaseSync {
    return present(this.#databases.get(store), `there is no store ${store}`);
  }

  // oxlint-disable-next-line typescript/require-await -- a port is asynchronous, and its only work here is not.
  async call(request: CallRequest): Promise<CallOutcome> {
    const fault = this.#trouble.fault(request);
    this.calls.push(`${callId(request.call)}#${request.attempt} ${fault}`);
    this.#deliverLate(this.calls.length);
    return this.#pass(request, fault);
  }

  /** Everything that is still on its way arrives. */
  deliverAll(): void {
    this.#deliverLate(Infinity);
  }

  #pass(request: CallRequest, fault: Fault): CallOutcome {
    switch (fault) {
      case "not_accepted":
        return failed("connection", false);
      case "tool_error":
        return failed("tool_error", true);
      case "error_before":
        return failed("server_error", true);
      case "error_after":
        this.#arrive(request);
        return failed("server_error", true);
      case "lost_before":
        return LOST;
      case "lost_after":
        this.#arrive(request);
        return LOST;
      case "late":
        this.#late.push({ request, afterCalls: this.calls.length + this.#trouble.delayCalls() });
        return LOST;
      case "twice":
        this.#arrive(request);
        return this.#arrive(request);
      case "again_later":
        this.#late.push({ request, afterCalls: this.calls.length + this.#trouble.delayCalls() });
        return this.#arrive(request);
      default:
        return this.#arrive(request);
    }
  }

  #deliverLate(now: number): void {
    const due = this.#late.filter(({ afterCalls }) => afterCalls <= now);
    this.#late = this.#late.filter(({ afterCalls }) => afterCalls > now);
    for (const { request } of due) this.#arrive(request);
  }

  #arrive({ server, tool, input, idempotencyKey }: CallRequest): CallOutcome {
    const service = present(this.#services[server], `there is no service ${server}`);
    const call = { tool, arguments: input, tenant: TENANT, key: idempotencyKey, now: new Date(0) };
    try {
      return { kind: "succeeded", output: callService(service, this.database(service.store.name), call) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: "failed", accepted: true, error: { kind: "tool_error", message: error.message } };
    }
  }

  [Symbol.dispose](): void {
    for (const database of this.#databases.values()) database.close();
  }
}

const LOST: CallOutcome = { kind: "unknown", error: { kind: "connection", message: "the connection was lost" } };

function failed(kind: CallErrorKind, accepted: boolean): CallOutcome {
  return { kind: "failed", accepted, error: { kind, message: "unavailable" } };
}
