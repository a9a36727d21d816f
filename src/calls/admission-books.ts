import type { Clock } from "../base/clock.ts";
import { PLACES } from "../model/metric.ts";
import { callsPerReplica } from "../model/server-capacity.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Claim } from "./claim.ts";
import { Counter } from "./admission-counter.ts";
import { type ServerReplica, serverReplicas } from "./server-replicas.ts";

/** What one replica has, and how much of it is in use. */
export interface ReplicaBook {
  /** Undefined when it is the only one. */
  readonly replica: string | undefined;
  readonly places: Counter;
  /** Only what its owner says it has; there is no limit for anything else. */
  readonly resources: Map<string, Counter>;
  /** When it was chosen last, as a number of admissions. */
  chosen: number;
}

export interface AdmissionBooksOptions {
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Calls in flight at once, to all servers. */
  readonly total: number;
  /** What all servers share, by name. There is one of what is not named here. */
  readonly shared: Readonly<Record<string, number>>;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** All counters there are: in all, of each replica, and of what is shared. */
export class AdmissionBooks {
  readonly total: Counter;
  readonly #options: AdmissionBooksOptions;
  readonly #servers = new Map<string, ServerBook>();
  readonly #leases = new Map<string, Counter>();
  /** By machine and name: all servers of another machine share what it has. */
  readonly #machines = new Map<string, Map<string, Counter>>();

  constructor(options: AdmissionBooksOptions) {
    this.#options = options;
    this.total = new Counter("total", options.total, options.clock);
    for (const name of Object.keys(options.shared)) this.lease(name);
  }

  /** The replicas of a server by the names of their connections, with the capacities that hold now. */
  replicas(server: string): ReadonlyMap<string, ReplicaBook> {
    const config = this.#options.servers.get(server);
    const kept = this.#servers.get(server);
    if (kept !== undefined && kept.config === config) return kept.replicas;
    const replicas = this.#open(server, config, kept?.replicas);
    this.#servers.set(server, { config, replicas });
    return replicas;
  }

  lease(name: string): Counter {
    const kept = this.#leases.get(name);
    if (kept !== undefined) return kept;
    const counter = new Counter(name, this.leaseCapacity(name), this.#options.clock);
    this.#leases.set(name, counter);
    return counter;
  }

  leaseCapacity(name: string): number {
    const { shared } = this.#options;
    return Object.hasOwn(shared, name) ? (shared[name] ?? 1) : 1;
  }

  /** Forgets what is not configured and not in use: names come from whoever writes workflows. */
  tidy({ server, leases }: Claim): void {
    for (const { name } of leases) {
      if (!Object.hasOwn(this.#options.shared, name) && this.#leases.get(name)?.inUse === 0) this.#leases.delete(name);
    }
    if (this.#options.servers.has(server)) return;
    const replicas = [...(this.#servers.get(server)?.replicas.values() ?? [])];
    if (replicas.every(({ places }) => places.inUse === 0)) this.#servers.delete(server);
  }

  *all(): Generator<readonly [server: string, connection: string, book: ReplicaBook]> {
    for (const [server, { replicas }] of this.#servers) for (const [connection, book] of replicas) yield [server, connection, book];
  }

  leases(): Iterable<Counter> {
    return this.#leases.values();
  }

  /** What is in use stays in the books of a replica that goes on. */
  #open(server: string, config: ServerConfig | undefined, before: ReadonlyMap<string, ReplicaBook> | undefined): Map<string, ReplicaBook> {
    const places = callsPerReplica(config);
    const replicas = serverReplicas(server, config);
    const local = replicas.filter(({ machine }) => machine === undefined).length;
    const open = ({ connection, name, resources, machine }: ServerReplica): ReplicaBook => {
      const kept = before?.get(connection);
      const declared = Object.entries<number>({ ...resources });
      const known = machine === undefined ? kept?.resources : this.#countersOf(machine);
      return {
        replica: machine === undefined && local === 1 ? undefined : name,
        places: this.#counter(PLACES, places, kept?.places),
        resources: new Map(
          declared.map(([each, capacity]) => {
            const counter = this.#counter(each, capacity, known?.get(each));
            if (machine !== undefined) this.#countersOf(machine).set(each, counter);
            return [each, counter];
          }),
        ),
        chosen: kept?.chosen ?? 0,
      };
    };
    return new Map(replicas.map((replica) => [replica.connection, open(replica)]));
  }

  #countersOf(machine: string): Map<string, Counter> {
    const counters = this.#machines.get(machine) ?? new Map<string, Counter>();
    this.#machines.set(machine, counters);
    return counters;
  }

  #counter(name: string, capacity: number, kept: Counter | undefined): Counter {
    if (kept === undefined) return new Counter(name, capacity, this.#options.clock);
    kept.capacity = capacity;
    return kept;
  }
}

interface ServerBook {
  readonly config: ServerConfig | undefined;
  readonly replicas: ReadonlyMap<string, ReplicaBook>;
}
