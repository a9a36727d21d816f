import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { Machine, MachineService } from "../model/machine.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { Log } from "../ports/log.ts";
import type { MachineStore } from "../ports/machine-store.ts";
import type { ClusterPayloads } from "./cluster-message.ts";

/** What is true of the machine that this process runs on, at this moment. */
export interface LocalMachine {
  describe(): MachineFacts;
  services(): readonly MachineService[];
}

/** A machine without what the registry knows of it. */
export type MachineFacts = Omit<Machine, "machineId" | "status" | "runningServices" | "registeredAtMs" | "lastHeartbeatAtMs">;

export interface MachineRegistryParts {
  readonly clock: Clock;
  readonly local: LocalMachine;
  readonly store: MachineStore;
  readonly offlineAfterMs: Ms;
  readonly log: Log;
  /** A machine has said nothing for so long that it is taken for gone: whoever holds its connection ends that. */
  readonly silent: (machineId: string) => void;
}

/** As many as are remembered; of more, those that have been gone for longest are forgotten. */
const KNOWN_MAX = 1_000;

interface Known {
  machine: Machine;
  services: readonly MachineService[];
  /** Runs while it is there. */
  timer: Disposable | undefined;
}

/**
 * Who is there, and who has been.
 *
 * 1. A machine is offline from the moment at which its connection has ended, or at which it has said nothing for
 *    `offlineAfterMs`, until it registers again.
 * 2. What is offline offers no services.
 */
export class MachineRegistry implements Disposable {
  readonly #parts: MachineRegistryParts;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<(machineId: string) => void>();
  readonly #openedAtMs: number;

  constructor(parts: MachineRegistryParts) {
    this.#parts = parts;
    this.#openedAtMs = parts.clock.nowMs();
    for (const machine of parts.store.load()) {
      this.#known.set(machine.machineId, { machine: asOffline(machine), services: [], timer: undefined });
    }
  }

  list(): readonly Machine[] {
    const others = Array.from(this.#known.values(), ({ machine }) => machine);
    return [this.local(), ...others.sort((left, right) => (left.machineId < right.machineId ? -1 : 1))];
  }

  get(machineId: string): Machine | undefined {
    return machineId === LOCAL_MACHINE ? this.local() : this.#known.get(machineId)?.machine;
  }

  local(): Machine {
    const { local, clock } = this.#parts;
    return {
      ...local.describe(),
      machineId: LOCAL_MACHINE,
      status: "online",
      runningServices: local.services().map(({ name }) => name),
      registeredAtMs: this.#openedAtMs,
      lastHeartbeatAtMs: clock.nowMs(),
    };
  }

  services(machineId: string): readonly MachineService[] {
    return machineId === LOCAL_MACHINE ? this.#parts.local.services() : (this.#known.get(machineId)?.services ?? []);
  }

  onChange(listener: (machineId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** It has come, or come back. When it came first is not its own to say. */
  registered(said: Machine, services: readonly MachineService[]): void {
    const { machineId } = said;
    const before = this.#known.get(machineId);
    before?.timer?.[Symbol.dispose]();
    const nowMs = this.#parts.clock.nowMs();
    const machine = {
      ...said,
      status: said.status === "offline" ? ("online" as const) : said.status,
      runningServices: services.map(({ name }) => name),
      registeredAtMs: before?.machine.registeredAtMs ?? nowMs,
      lastHeartbeatAtMs: nowMs,
    };
    this.#known.set(machineId, { machine, services, timer: this.#watch(machineId) });
    this.#forgetBeyond(KNOWN_MAX);
    this.#changed(machine);
  }

  /** What it says of itself now. Nothing of a machine that is not there. */
  updated({ resources, hostname, primaryIp, platform, version, role, machineId }: Machine): void {
    const known = this.#present(machineId);
    if (known === undefined) return;
    const address = primaryIp === undefined ? {} : { primaryIp };
    known.machine = { ...known.machine, resources, hostname, platform, version, role, ...address };
    this.#changed(known.machine);
  }

  heartbeat(machineId: string, { status, usage, tasks }: ClusterPayloads["machine_heartbeat"]): void {
    const known = this.#present(machineId);
    if (known === undefined) return;
    const before = known.machine.status;
    known.machine = { ...known.machine, status, usage, tasks, lastHeartbeatAtMs: this.#parts.clock.nowMs() };
    if (status !== before) this.#changed(known.machine);
  }

  announced(machineId: string, services: readonly MachineService[]): void {
    const known = this.#present(machineId);
    if (known === undefined) return;
    known.services = services;
    known.machine = { ...known.machine, runningServices: services.map(({ name }) => name) };
    this.#changed(known.machine);
  }

  /** Something has come from it. */
  heard(machineId: string): void {
    const known = this.#present(machineId);
    if (known === undefined) return;
    known.timer?.[Symbol.dispose]();
    known.timer = this.#watch(machineId);
  }

  /** Its connection has ended. */
  lost(machineId: string): void {
    const known = this.#present(machineId);
    if (known === undefined) return;
    known.timer?.[Symbol.dispose]();
    known.timer = undefined;
    known.services = [];
    known.machine = asOffline(known.machine);
    this.#changed(known.machine);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#known.values()) timer?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  #present(machineId: string): Known | undefined {
    const known = this.#known.get(machineId);
    return known?.timer === undefined ? undefined : known;
  }

  #watch(machineId: string): Disposable {
    const { clock, offlineAfterMs, silent } = this.#parts;
    return clock.after(offlineAfterMs, () => {
      this.lost(machineId);
      silent(machineId);
    });
  }

  #changed(machine: Machine): void {
    const { machineId } = machine;
    this.#recorded(machineId, this.#parts.store.save(machine));
    for (const listener of this.#listeners) listener(machineId);
  }

  #forgetBeyond(count: number): void {
    if (this.#known.size <= count) return;
    const gone = Array.from(this.#known.values()).filter(({ timer }) => timer === undefined);
    gone.sort((left, right) => left.machine.lastHeartbeatAtMs - right.machine.lastHeartbeatAtMs);
    for (const { machine } of gone.slice(0, this.#known.size - count)) {
      this.#known.delete(machine.machineId);
      this.#recorded(machine.machineId, this.#parts.store.remove(machine.machineId));
    }
  }

  /** What is known here counts, also when it could not be written down. */
  #recorded(machineId: string, change: Promise<void>): void {
    change.catch((error: unknown) => {
      this.#parts.log.write("warn", "a machine could not be recorded", { machine: machineId, reason: (error as Error).message });
    });
  }
}

function asOffline(machine: Machine): Machine {
  // Its servers stay known by name: what waits for one of them waits for this machine.
  return { ...machine, status: "offline", usage: {}, tasks: 0 };
}
