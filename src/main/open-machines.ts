import type { Clock } from "../base/clock.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import { isLocalHost } from "../model/open-host.ts";
import type { MachineFacts } from "../cluster/machine-registry.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import { sqliteMachineStore } from "../sqlite/machine-store.ts";
import type { Records } from "../sqlite/records.ts";
import { localMachines } from "./local-machines.ts";
import { machineGauge } from "./machine-facts.ts";
import type { MachineGauge } from "./machine-facts.ts";

export interface OpenMachinesParts {
  /** Without it, this machine is the only one. */
  readonly settings: ClusterSettings | undefined;
  readonly servers: readonly ServerConfig[];
  readonly records: Records;
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

/** The machines of a process that owns a data directory. Disposing takes leave of them. */
export interface OwnedMachines extends AsyncDisposable {
  readonly machines: Machines;
  /** Undefined when this machine is the only one. */
  readonly cluster: Cluster | undefined;
  /** Whether nobody can read what is said between machines. */
  readonly encrypted: boolean;
  /** Says how many calls are in flight on this machine. */
  countCalls(count: () => number): void;
  /** The machines for whoever brings servers of his own: they are here, and nowhere else. */
  alone(servers: readonly ServerConfig[]): Machines;
}

/** @throws TuttiError `usage`, `port.taken` */
export async function openMachines(parts: OpenMachinesParts): Promise<OwnedMachines> {
  const { settings, servers, records, directory, clock, log, version } = parts;
  // Nothing is in flight before there is anybody who could call.
  let calls = (): number => 0;
  const countCalls = (count: () => number): void => void (calls = count);
  let known: MachineGauge | undefined;
  // Looking at the machine takes a while, and most processes never ask.
  const gauge = (): MachineGauge =>
    (known ??= machineGauge({ clock, version, directory, role: settings === undefined ? "node" : "hybrid", resources: {} }));
  const facts = (): MachineFacts => ({ ...gauge().facts(), tasks: calls() });
  const dispose = (): void => known?.[Symbol.dispose]();
  const alone = (own: readonly ServerConfig[]): Machines => localMachines({ clock, facts, servers: () => own.map(({ name }) => name) });
  if (settings === undefined) {
    return {
      machines: alone(servers),
      cluster: undefined,
      encrypted: true,
      countCalls,
      alone,
      [Symbol.asyncDispose]: async () => dispose(),
    };
  }
  // Nobody joins in order to use the servers of this one: what they can do is not told.
  const local = { describe: facts, services: () => servers.map(({ name }) => ({ name, tools: [] })) };
  const cluster = await openCluster({ settings, clock, log, local, store: sqliteMachineStore(records) });
  return {
    machines: cluster.machines,
    cluster,
    countCalls,
    alone,
    encrypted: settings.tls !== undefined || isLocalHost(settings.host ?? "127.0.0.1"),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      dispose();
    },
  };
}
