import type { CallOutcome } from "../../src/model/call.ts";
import { LOCAL_MACHINE } from "../../src/model/machine.ts";
import type { Machine, MachineService } from "../../src/model/machine.ts";
import type { Tool } from "../../src/model/tool.ts";
import type { WireCall } from "../../src/ports/connections.ts";
import type { Machines } from "../../src/ports/machines.ts";
import type { CallObserver } from "../../src/ports/tool-caller.ts";

/** A call that a machine has. */
export interface MachineCall {
  readonly machine: string;
  readonly call: WireCall;
  answer(outcome: CallOutcome): void;
}

/** A machine and what it has. */
export function machine(machineId: string, more: Partial<Machine> = {}): Machine {
  return {
    machineId,
    hostname: `${machineId}.test`,
    status: "online",
    role: "node",
    resources: {},
    usage: {},
    runningServices: [],
    tasks: 0,
    registeredAtMs: 0,
    lastHeartbeatAtMs: 0,
    version: "1.0.0",
    platform: "test",
    ...more,
  };
}

/** Machines that come, die, hang and are cut off when a test says so. */
export class FakeMachines implements Machines {
  /** Every call that a machine was given, the oldest first. */
  readonly calls: MachineCall[] = [];
  /** Answers at once; undefined leaves the call in the hands of the machine. */
  act: ((machine: string, call: WireCall) => CallOutcome | undefined) | undefined;
  readonly #machines = new Map<string, { machine: Machine; services: readonly MachineService[] }>();
  readonly #open = new Set<MachineCall>();
  readonly #listeners = new Set<(machineId: string) => void>();

  constructor() {
    this.#machines.set(LOCAL_MACHINE, { machine: machine(LOCAL_MACHINE), services: [] });
  }

  list(): readonly Machine[] {
    return Array.from(this.#machines.values(), (each) => each.machine);
  }

  get(machineId: string): Machine | undefined {
    return this.#machines.get(machineId)?.machine;
  }

  services(machineId: string): readonly MachineService[] {
    const known = this.#machines.get(machineId);
    return known === undefined || known.machine.status === "offline" ? [] : known.services;
  }

  onChange(listener: (machineId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async call(machineId: string, call: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    if (this.services(machineId).every(({ name }) => name !== call.server)) return this.#refused(machineId, call);
    observer.stage("sent");
    const at = this.act?.(machineId, call);
    return await new Promise<CallOutcome>((resolve) => {
      const stopped = (): void => given.answer({ kind: "unknown", error: { kind: "cancelled", message: "stopped" } });
      const given: MachineCall = {
        machine: machineId,
        call,
        answer: (outcome) => {
          signal.removeEventListener("abort", stopped);
          this.#open.delete(given);
          resolve(outcome);
        },
      };
      this.calls.push(given);
      this.#open.add(given);
      signal.addEventListener("abort", stopped, { once: true });
      if (at !== undefined) given.answer(at);
    });
  }

  /** Whether a machine has it in hand. */
  isOpen(given: MachineCall): boolean {
    return this.#open.has(given);
  }

  /** It joins, or comes back, with these servers. */
  join(machineId: string, services: Readonly<Record<string, readonly Tool[]>>, more: Partial<Machine> = {}): void {
    const announced = Object.entries(services).map(([name, tools]) => ({ name, tools }));
    const described = machine(machineId, { runningServices: announced.map(({ name }) => name), ...more });
    this.#machines.set(machineId, { machine: described, services: announced });
    this.#changed(machineId);
  }

  /** It dies, or is cut off: what becomes of the calls that it had, nobody knows. */
  lose(machineId: string): void {
    const known = this.#machines.get(machineId);
    if (known === undefined) return;
    known.machine = { ...known.machine, status: "offline" };
    this.#changed(machineId);
    for (const open of [...this.#open].filter((each) => each.machine === machineId)) {
      open.answer({ kind: "unknown", error: { kind: "connection", message: `the connection to machine "${machineId}" was lost` } });
    }
  }

  #refused(machineId: string, { server, tool }: WireCall): CallOutcome {
    return { kind: "failed", accepted: false, error: { kind: "connection", message: `machine "${machineId}" is not there`, server, tool } };
  }

  #changed(machineId: string): void {
    for (const listener of this.#listeners) listener(machineId);
  }
}
