import { canonicalJson } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { HealthSignal } from "../model/health.ts";
import { isUsable, LOCAL_MACHINE } from "../model/machine.ts";
import type { Machine } from "../model/machine.ts";
import { machineReplicaName } from "../model/replica.ts";
import { SERVER_NAME } from "../model/server-name.ts";
import type { ReplicaConfig, ServerConfig } from "../model/server.ts";
import type { Machines } from "../ports/machines.ts";

export interface FollowMachinesPorts {
  readonly machines: Machines;
  /** By name; those of this machine stay as they are, but for their `machines`. */
  readonly servers: Map<string, ServerConfig>;
  readonly health: { checked(connection: string, signal: HealthSignal): void };
  /** Whether nobody between the machines can read what is said. */
  readonly encrypted: boolean;
  /** Whether a server of this machine may be used on others as well: if everything must be encrypted, and they are not, it may not. */
  readonly mayLeave: boolean;
}

/**
 * Keeps the servers of other machines among the servers, as they come and go, until it is disposed.
 *
 * A server that only machines have stays when the last of them has gone: executions that need it wait for one to come back.
 */
export function followMachines(ports: FollowMachinesPorts): Disposable {
  const { machines } = ports;
  const usable = new Set<string>();
  const look = (machineId: string): void => {
    if (machineId === LOCAL_MACHINE) return;
    takeOver(ports);
    const machine = machines.get(machineId);
    const isThere = machine !== undefined && isUsable(machine);
    if (isThere === usable.has(machineId)) return;
    if (isThere) usable.add(machineId);
    else usable.delete(machineId);
    tellHealth(ports, machineId, isThere);
  };
  for (const { machineId } of machines.list()) look(machineId);
  return machines.onChange(look);
}

function takeOver(ports: FollowMachinesPorts): void {
  const { servers, mayLeave } = ports;
  const found = replicasByServer(ports);
  for (const [name, replicas] of found) {
    const kind = servers.get(name)?.connection.kind ?? "machine";
    // Whether a check has passed is found out here, and not by whoever joins with a server of that name.
    if (kind === "built-in") continue;
    const isHere = kind !== "machine";
    change(servers, name, isHere && !mayLeave ? [] : replicas);
  }
  for (const [name, { machines: before }] of servers) if (before !== undefined && !found.has(name)) change(servers, name, []);
}

/** Also of servers that only machines have which are not there: without any replica then. */
function replicasByServer({ machines, encrypted }: FollowMachinesPorts): ReadonlyMap<string, readonly ReplicaConfig[]> {
  const found = new Map<string, ReplicaConfig[]>();
  for (const machine of machines.list().filter(({ machineId }) => machineId !== LOCAL_MACHINE)) {
    // Whatever a machine says, its servers are named as servers are.
    for (const name of machine.runningServices.filter((each) => SERVER_NAME.test(each))) {
      const replicas = found.get(name) ?? [];
      found.set(name, replicas);
      if (isUsable(machine)) replicas.push(replicaOn(machine, encrypted));
    }
  }
  return found;
}

function change(servers: Map<string, ServerConfig>, name: string, replicas: readonly ReplicaConfig[]): void {
  const known = servers.get(name);
  // Whoever looks at a configuration again and again takes another one for a change.
  if (known !== undefined && printOf(known.machines ?? []) === printOf(replicas)) return;
  servers.set(name, known === undefined ? serverOf(name, replicas) : { ...known, machines: replicas });
}

function printOf(replicas: readonly ReplicaConfig[]): string {
  return canonicalJson(replicas as unknown as Json);
}

/** Of a server that is nowhere here, nobody says anything: what it may do is what its tools say of themselves. */
function serverOf(name: string, machines: readonly ReplicaConfig[]): ServerConfig {
  const [first] = machines;
  const connection = first?.connection ?? { kind: "machine", machine: "", encrypted: false };
  return { name, connection, honoursIdempotencyKey: false, effects: {}, requires: {}, machines };
}

function replicaOn({ machineId, status, resources }: Machine, encrypted: boolean): ReplicaConfig {
  return {
    name: machineReplicaName(machineId),
    connection: { kind: "machine", machine: machineId, encrypted },
    tier: status === "busy" ? 2 : 1,
    resources,
  };
}

/** Nobody has to find out by calls what is known already; and a machine that is back is not left alone for long. */
function tellHealth({ machines, health }: FollowMachinesPorts, machineId: string, isThere: boolean): void {
  const services = machines.get(machineId)?.runningServices ?? [];
  const signal: HealthSignal = isThere
    ? { kind: "answered", durationMs: 0 }
    : { kind: "failed", fault: "connection", message: `machine "${machineId}" is not there` };
  for (const name of services) health.checked(`${name}@${machineId}`, signal);
}
