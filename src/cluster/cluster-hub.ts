import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { CallOutcome } from "../model/call.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { WireCall } from "../ports/connections.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import { answerMessage } from "./answer-message.ts";
import { AssignedCalls } from "./assigned-calls.ts";
import type { ClusterMessage, ClusterPayloads } from "./cluster-message.ts";
import type { HubConnection, HubSide } from "./hub-connection.ts";
import type { JoinRequest, RefusalReason } from "./join-frame.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { printMessage } from "./message-codec.ts";
import { newMessage } from "./new-message.ts";

/** A change of the status of an execution. */
export interface StatusUpdate {
  readonly workflowId: string;
  readonly executionId: string;
  readonly status: string;
  readonly atMs: number;
}

/** Listeners are told so many at a time, so that the engine has its turn in between. */
const TOLD_AT_ONCE = 50;
/** How often those are looked after that had no room. */
const LOOK_AGAIN_MS = 20;
const CONNECTIONS_MAX = 5_000;
/** Of those who have not joined yet: they must not take the place of those who have. */
const STRANGERS_MAX = 1_000;
const MACHINES_MAX = 500;

export interface ClusterHubParts {
  readonly registry: MachineRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * All connections of a cluster: who is who, which tasks are where, and who is still to be told of what.
 *
 * 1. At most one connection has a name at a time.
 * 2. Telling is never waited for: whoever tells has only noted who is to be told.
 */
export class ClusterHub implements HubSide, Machines {
  readonly #registry: MachineRegistry;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #all = new Set<HubConnection>();
  readonly #byName = new Map<string, HubConnection>();
  readonly #calls = new Map<HubConnection, AssignedCalls>();
  /** Who is to be told something, or to be told the rest of it. */
  readonly #behind = new Set<HubConnection>();
  readonly #subscription: Disposable;
  #telling = false;
  #look: Disposable | undefined;
  #closing = false;

  constructor({ registry, clock, log }: ClusterHubParts) {
    this.#registry = registry;
    this.#clock = clock;
    this.#log = log;
    this.#subscription = registry.onChange((machineId) => this.#tellOfMachine(machineId));
  }

  list(): ReturnType<Machines["list"]> {
    return this.#registry.list();
  }

  get(machineId: string): ReturnType<Machines["get"]> {
    return this.#registry.get(machineId);
  }

  services(machineId: string): ReturnType<Machines["services"]> {
    return this.#registry.services(machineId);
  }

  onChange(listener: (machineId: string) => void): Disposable {
    return this.#registry.onChange(listener);
  }

  async call(machineId: string, call: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    const connection = this.#byName.get(machineId);
    const calls = connection === undefined ? undefined : this.#calls.get(connection);
    const status = this.#registry.get(machineId)?.status;
    if (calls === undefined || status === undefined || status === "offline") return notSent(call, notThere(machineId, status));
    if (status === "maintenance") return notSent(call, `machine "${machineId}" takes no more tasks: it is being closed`);
    return await calls.call(call, observer, signal);
  }

  broadcastStatus({ workflowId, executionId, status, atMs }: StatusUpdate): void {
    const message = newMessage("workflow_status_update", { workflowId, executionId, status }, { from: LOCAL_MACHINE, atMs });
    this.#tell(`execution ${executionId}`, message);
  }

  /** Takes a connection that has just been opened. */
  add(connection: HubConnection): void {
    this.#all.add(connection);
  }

  /** Whether there is no room for one more. */
  get full(): boolean {
    const strangers = this.#all.size - this.#byName.size;
    return this.#closing || this.#byName.size >= CONNECTIONS_MAX || strangers >= STRANGERS_MAX;
  }

  /** Why somebody may not join although he is who he says. */
  objection({ name, role, instance }: JoinRequest): { readonly reason: RefusalReason; readonly message: string } | undefined {
    if (this.#closing) return { reason: "closing", message: "the hub is being closed" };
    const holder = this.#byName.get(name)?.request;
    if (holder !== undefined && holder.instance !== instance) {
      return { reason: "name_taken", message: `another ${holder.role} named "${name}" is there; its name is free when it has gone` };
    }
    const machines = role === "machine" && holder === undefined ? this.#calls.size : 0;
    return machines >= MACHINES_MAX ? { reason: "full", message: `there are already ${MACHINES_MAX} machines` } : undefined;
  }

  joined(connection: HubConnection, { name, role }: JoinRequest): void {
    const before = this.#byName.get(name);
    // The same process has come back before it was noticed here that it had gone.
    if (before !== undefined) {
      this.#release(before, "it has connected anew");
      before.abandon("it has connected anew");
    }
    assert(!this.#byName.has(name), `two connections are named "${name}"`);
    this.#byName.set(name, connection);
    if (role === "machine") {
      const assign = (payload: ClusterPayloads["task_assign"]): boolean => connection.send("task_assign", payload);
      this.#calls.set(connection, new AssignedCalls({ machineId: name, clock: this.#clock, assign }));
    }
    this.#log.write("info", "joined the cluster", { name, role });
  }

  heard({ name }: HubConnection): void {
    this.#registry.heard(name);
  }

  received(connection: HubConnection, message: ClusterMessage): void {
    const { role, name } = connection;
    // What comes after another one has taken its place is of no more interest.
    if (role === undefined || this.#byName.get(name) !== connection) return;
    const answer = answerMessage(message, { role, name }, this.#registry);
    switch (answer.kind) {
      case "none":
        return;
      case "task":
        return this.#calls.get(connection)?.heard(answer.message);
      case "fault":
        return connection.fault(answer.fault, message.messageId);
      case "message":
        connection.send(answer.type, answer.payload, message.messageId);
    }
  }

  ended(connection: HubConnection, reason: string): void {
    this.#all.delete(connection);
    this.#release(connection, reason);
  }

  /** A machine that has said nothing for too long. */
  endSilent(machineId: string): void {
    this.#byName.get(machineId)?.abandon("it has said nothing for too long");
  }

  /** Takes nobody in any more, and says farewell to those who are there. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#subscription[Symbol.dispose]();
    this.#look?.[Symbol.dispose]();
    await Promise.all(Array.from(this.#all, (connection) => connection.close("the hub is being closed", 1_001)));
  }

  #release(connection: HubConnection, reason: string): void {
    this.#behind.delete(connection);
    const { name, role } = connection;
    if (this.#byName.get(name) !== connection) return;
    this.#byName.delete(name);
    const calls = this.#calls.get(connection);
    this.#calls.delete(connection);
    if (role === "machine") this.#registry.lost(name);
    calls?.lost(reason);
    this.#log.write("info", "has left the cluster", { name, reason });
  }

  #tellOfMachine(machineId: string): void {
    const machine = this.#registry.get(machineId);
    if (machine === undefined) return;
    const about = { from: LOCAL_MACHINE, atMs: this.#clock.nowMs() };
    this.#tell(`machine ${machineId}`, newMessage("status_broadcast", { machineId, status: machine.status }, about));
  }

  #tell(key: string, message: ClusterMessage): void {
    const text = printMessage(message);
    if (this.#closing || text === undefined) return;
    for (const connection of this.#byName.values()) {
      connection.tell(key, text);
      this.#behind.add(connection);
    }
    this.#continueTelling();
  }

  #continueTelling(): void {
    if (this.#telling || this.#closing || this.#behind.size === 0) return;
    this.#telling = true;
    this.#look?.[Symbol.dispose]();
    const [...turn] = this.#behind;
    setImmediate(() => this.#tellNext(turn, 0));
  }

  #tellNext(turn: readonly HubConnection[], from: number): void {
    for (const connection of turn.slice(from, from + TOLD_AT_ONCE)) {
      if (connection.flush()) this.#behind.delete(connection);
    }
    const next = from + TOLD_AT_ONCE;
    if (next < turn.length) {
      setImmediate(() => this.#tellNext(turn, next));
      return;
    }
    this.#telling = false;
    if (this.#closing || this.#behind.size === 0) return;
    // Those whose connection is full take more when it has drained.
    this.#look = this.#clock.after(LOOK_AGAIN_MS, () => this.#continueTelling(), { background: true });
  }
}

function notThere(machineId: string, status: string | undefined): string {
  if (machineId === LOCAL_MACHINE) return "what is on this machine is not sent to it over the cluster";
  return status === undefined ? `there is no machine "${machineId}"` : `machine "${machineId}" is offline`;
}

function notSent({ server, tool }: WireCall, message: string): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind: "connection", message, server, tool } };
}
