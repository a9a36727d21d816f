import { CallRecord } from "../../src/calls/call-record.ts";
import type { Clock } from "../../src/base/clock.ts";
import { authorize } from "../../src/calls/authorize.ts";
import { callMeta } from "../../src/calls/call-meta.ts";
import type { NextStage } from "../../src/calls/call-stage.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { Journal, NewExecution } from "../../src/ports/journal.ts";
import type { ToolCaller } from "../../src/ports/tool-caller.ts";
import type { ToolWorld } from "./world.ts";

/**
 * The life of one process. It ends at a chosen point: before or after any journal write, before or after any call.
 * From then on nothing it asked for is ever answered, and nothing it does reaches the journal or the world.
 */
export class Mortal {
  /** How many points at which it could have died it has passed. */
  points = 0;
  readonly #diesAt: number;
  #dead = false;

  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Ends everything, as the end of a process would. */
  kill(): void {
    this.#dead = true;
  }

  /** A point at which the process may die: then this never resolves. */
  async pass(): Promise<void> {
    if (!this.#dead && this.points === this.#diesAt) this.#dead = true;
    this.points += 1;
    if (this.#dead) await new Promise(() => undefined);
  }

  journal(journal: Journal): Journal {
    const write = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.pass();
      const result = await work();
      await this.pass();
      return result;
    };
    return {
      create: (start: NewExecution) => write(() => journal.create(start)),
      append: (id: string, events: readonly ExecutionEvent[]) => write(() => journal.append(id, events)),
      read: (id, after) => journal.read(id, after),
      plan: (hash) => journal.plan(hash),
      list: (query) => journal.list(query),
      unfinished: () => journal.unfinished(),
      find: (prefix, tenant) => journal.find(prefix, tenant),
      summary: (id) => journal.summary(id),
      prune: (before) => journal.prune(before),
    };
  }

  /** What steps demand in permissions is asked for on the way, and the meta of the execution says who has them. */
  caller(world: ToolWorld, clock: Clock): ToolCaller {
    const send: NextStage = async ({ request, gate, signal }) => {
      try {
        await gate.sending();
      } catch {
        return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "not wanted" } };
      }
      await this.pass();
      const outcome = await world.call(request, clock, signal);
      await this.pass();
      return outcome;
    };
    const allowed = authorize({ access: { roles: {}, tenants: {} }, permissionsOf: () => [] });
    return {
      serves: (server) => world.serves(server),
      call: (request, gate, signal) => allowed({ request, meta: callMeta(request), gate, signal, record: new CallRecord(clock) }, send),
    };
  }
}
