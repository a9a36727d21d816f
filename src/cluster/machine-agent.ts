import { randomUUID } from "node:crypto";
import { abortable } from "../base/abortable.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { retryDelayMs } from "../base/retry-delay.ts";
import type { MachineService } from "../model/machine.ts";
import type { Log } from "../ports/log.ts";
import { AgentConnection } from "./agent-connection.ts";
import type { OfferedTask } from "./cluster-message.ts";
import type { LiveStatus } from "./machine-document.ts";
import type { LocalMachine } from "./machine-registry.ts";
import { type CarryOut, MachineTasks } from "./machine-tasks.ts";
import type { HubAddress } from "./open-hub-socket.ts";

export interface MachineAgentOptions {
  readonly name: string;
  readonly hub: HubAddress;
  /** Undefined: the certificates of both sides say who they are. */
  readonly key: string | undefined;
  readonly machine: LocalMachine;
  readonly carryOut: CarryOut;
  /** With so many tasks it says that it is busy. */
  readonly busyWithTasks: number;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1) */
  readonly random: () => number;
  /** Told each time that it has joined. */
  readonly joined?: () => void;
}

const FIRST_DELAY_MS: Ms = 500;
const LONGEST_DELAY_MS: Ms = 15_000;
/** Nobody comes back at once, however the dice fall. */
const SHORTEST_DELAY_MS: Ms = 100;
/** For tasks that run when the machine is told to end. */
const GRACE_MS: Ms = 30_000;

/** A machine of a cluster: joins its hub, again and again, and carries out what that assigns to it. */
export class MachineAgent {
  readonly #options: MachineAgentOptions;
  /** Of this process, so that it can take the place of its own connection that has died. */
  readonly #instance = randomUUID();
  readonly #tasks: MachineTasks;
  #connection: AgentConnection | undefined;
  #closing = false;

  constructor(options: MachineAgentOptions) {
    const { clock, carryOut } = options;
    this.#options = options;
    this.#tasks = new MachineTasks({
      clock,
      carryOut,
      objection: (task) => this.#objection(task),
      changed: () => this.#connection?.statusMayHaveChanged(),
    });
  }

  /** Tells the hub what this machine offers now. */
  servicesChanged(): void {
    this.#connection?.announce();
  }

  /**
   * Stays joined until the signal aborts: then takes no more, lets tasks end for 30 s, cancels what still runs, and says
   * farewell.
   */
  async run(signal: AbortSignal): Promise<void> {
    await using tasks = this.#tasks;
    const gone = new AbortController();
    const staying = this.#stayJoined(gone.signal);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#closing = true;
    this.#connection?.statusMayHaveChanged();
    await this.#drain(tasks);
    gone.abort(new Error("the machine has left"));
    await staying;
  }

  async #drain(tasks: MachineTasks): Promise<void> {
    const { clock, log } = this.#options;
    if (tasks.size > 0) log.write("info", "waiting for tasks to end", { tasks: tasks.size });
    using limit = deadline(clock, new AbortController().signal, GRACE_MS, () => new Error("the time for tasks to end is up"));
    await abortable(tasks.drain(), limit.signal).catch(() => undefined);
    if (!limit.expired) return;
    log.write("warn", "tasks have not ended, and are cancelled", { tasks: tasks.size });
    await tasks[Symbol.asyncDispose]();
  }

  async #stayJoined(signal: AbortSignal): Promise<void> {
    const { clock, log, random, hub } = this.#options;
    for (let failures = 1; !signal.aborted; failures += 1) {
      const { joined, reason } = await this.#joinOnce(signal);
      if (signal.aborted) return;
      if (joined) failures = 1;
      const delayMs = SHORTEST_DELAY_MS + retryDelayMs({ delayMs: FIRST_DELAY_MS, maxDelayMs: LONGEST_DELAY_MS, failures }, random());
      log.write("warn", joined ? "the connection to the hub was lost" : "the hub cannot be joined", {
        url: hub.url,
        reason,
        again_in_ms: delayMs,
      });
      await sleep(clock, delayMs, signal).catch(() => undefined);
    }
  }

  async #joinOnce(signal: AbortSignal): Promise<{ readonly joined: boolean; readonly reason: string }> {
    const { name, key, clock, log, hub, machine } = this.#options;
    const connection = new AgentConnection({
      identity: { role: "machine", name, instance: this.#instance, key, clock },
      hub,
      clock,
      log,
      tasks: this.#tasks,
      describe: () => ({ ...machine.describe(), services: machine.services() }),
      status: () => this.#status(),
      ...defined({ joined: this.#options.joined }),
    });
    this.#connection = connection;
    const end = await connection.run(signal);
    this.#connection = undefined;
    this.#tasks.connectionLost();
    return end;
  }

  #status(): LiveStatus {
    if (this.#closing) return "maintenance";
    return this.#tasks.size >= this.#options.busyWithTasks ? "busy" : "online";
  }

  /** Only what the configuration of this machine has. */
  #objection({ serviceName, tool }: OfferedTask): string | undefined {
    const { name, machine } = this.#options;
    const service = machine.services().find((candidate: MachineService) => candidate.name === serviceName);
    if (service === undefined) return `machine "${name}" has no server "${serviceName}"`;
    return service.tools.some((candidate) => candidate.name === tool)
      ? undefined
      : `server "${serviceName}" of machine "${name}" has no tool "${tool}"`;
  }
}
