import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { LocalMachine, MachineFacts } from "../../src/cluster/machine-registry.ts";
import { MachineAgent, type MachineAgentOptions } from "../../src/cluster/machine-agent.ts";
import { type Cluster, openCluster } from "../../src/cluster/open-cluster.ts";
import type { Machine, MachineService } from "../../src/model/machine.ts";
import type { ClusterSettings } from "../../src/model/serve-settings.ts";
import type { WireCall } from "../../src/ports/connections.ts";
import { type Log, SILENT } from "../../src/ports/log.ts";
import type { MachineStore } from "../../src/ports/machine-store.ts";
import { readingTool } from "./fake-connections.ts";

export const CLUSTER_KEY = "0123456789abcdef0123456789abcdef";

export const FACTS: MachineFacts = {
  hostname: "somewhere",
  role: "node",
  resources: { cpu: 2, memoryBytes: 2 ** 33 },
  usage: { cpu: 0.25 },
  tasks: 0,
  version: "1.2.3",
  platform: "linux x64 node 24",
};

/** A server "s" with the tool "t", unless others are named. */
export function servicesNamed(...names: readonly string[]): readonly MachineService[] {
  return (names.length === 0 ? ["s"] : names).map((name) => ({ name, tools: [readingTool("t")] }));
}

export function localMachine(services: readonly MachineService[] = [], facts: Partial<MachineFacts> = {}): LocalMachine {
  return { describe: () => ({ ...FACTS, ...facts }), services: () => services };
}

/** Keeps machines for as long as the test lasts. */
export class MemoryMachineStore implements MachineStore {
  readonly kept = new Map<string, Machine>();

  load(): readonly Machine[] {
    return [...this.kept.values()];
  }

  async save(machine: Machine): Promise<void> {
    this.kept.set(machine.machineId, machine);
  }

  async remove(machineId: string): Promise<void> {
    this.kept.delete(machineId);
  }
}

export interface HubWishes {
  readonly settings?: Partial<ClusterSettings>;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly store?: MachineStore;
}

/** A hub at any free port. */
export async function openTestCluster({ settings, clock = systemClock, log = SILENT, store }: HubWishes = {}): Promise<Cluster> {
  return await openCluster({
    settings: { port: 0, key: CLUSTER_KEY, taskTypes: {}, ...settings },
    clock,
    log,
    local: localMachine(servicesNamed("home")),
    store: store ?? new MemoryMachineStore(),
  });
}

/** An agent that runs until it is disposed. */
export interface RunningAgent extends AsyncDisposable {
  readonly agent: MachineAgent;
  /** Told to end; resolves when it has. */
  leave(): Promise<void>;
}

export function startAgent(url: string, wishes: Partial<MachineAgentOptions> & Pick<MachineAgentOptions, "carryOut">): RunningAgent {
  const stop = new AbortController();
  const agent = new MachineAgent({
    name: "gpu-1",
    hub: { url, tls: undefined },
    key: CLUSTER_KEY,
    machine: localMachine(servicesNamed()),
    busyWithTasks: 50,
    clock: systemClock,
    log: SILENT,
    random: () => 0,
    ...wishes,
  });
  const running = agent.run(stop.signal);
  const leave = async (): Promise<void> => {
    stop.abort(new Error("told to end"));
    await running;
  };
  return { agent, leave, [Symbol.asyncDispose]: leave };
}

/** Resolves when the machine has that status. */
export async function untilMachine({ machines }: Cluster, machineId: string, status: Machine["status"]): Promise<Machine> {
  const found = Promise.withResolvers<Machine>();
  const look = (): void => {
    const machine = machines.get(machineId);
    if (machine?.status === status) found.resolve(machine);
  };
  using _subscription = machines.onChange(look);
  look();
  return await found.promise;
}

export function wireCall(more: Partial<WireCall> = {}): WireCall {
  return { server: "s", tool: "t", arguments: { word: "hello" }, meta: {}, timeoutMs: 10_000, ...more };
}
