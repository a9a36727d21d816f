import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { present, unreachable } from "../../src/base/assert.ts";
import { TaskGroup } from "../../src/base/task-group.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { runningOf } from "../support/servers/running.ts";
import { StormLedger } from "./storm-ledger.ts";
import { serves, startReplica, type StormReplica } from "./storm-replica.ts";
import type { StormEvent } from "./storm-schedule.ts";
import { replicaName, STORM_SERVERS, type StormServer } from "./storm-servers.ts";

const SLOW_AND_NOISY = { garbage: 0.1, slow: 0.1 };
const CALM = { garbage: 0, slow: 0 };

/** Every server of the storm with its replicas and its ledger. Disposing ends all of them. */
export class StormWorld implements AsyncDisposable {
  readonly ledgers: ReadonlyMap<string, StormLedger>;
  /** How often what was done to processes; the proxies count for themselves. */
  readonly #counts = new Map<string, number>();
  readonly #replicas: ReadonlyMap<string, StormReplica>;
  readonly #stopped = new Map<string, number>();
  readonly #tasks = new TaskGroup();
  #ending = false;

  private constructor(ledgers: ReadonlyMap<string, StormLedger>, replicas: ReadonlyMap<string, StormReplica>) {
    this.ledgers = ledgers;
    this.#replicas = replicas;
  }

  static async open(directory: string, seed: number): Promise<StormWorld> {
    const ledgers = new Map<string, StormLedger>();
    const starting: Promise<StormReplica>[] = [];
    for (const [place, server] of STORM_SERVERS.entries()) {
      const ledgerFile = join(directory, `${server.name}.db`);
      const ledger = new StormLedger(ledgerFile);
      ledgers.set(server.name, ledger);
      for (const name of namesOf(server)) {
        starting.push(startReplica({ server, name, ledger, ledgerFile, seed: seed * 1_000 + place * 2 + starting.length }));
      }
    }
    const replicas = await Promise.all(starting);
    return new StormWorld(ledgers, new Map(replicas.map((replica) => [replica.name, replica])));
  }

  /** As Tutti is told of them: half of the calls to some are hedged, some count calls, and all have fast breakers. */
  configs(): readonly ServerConfig[] {
    return STORM_SERVERS.map((server, place) => {
      const [first, second] = namesOf(server).map((name) => present(this.#replicas.get(name), name).address);
      return {
        name: server.name,
        connection: present(first, server.name),
        replicas: [{ name: "2", connection: present(second, server.name), tier: place === 2 ? 2 : 1 }],
        honoursIdempotencyKey: server.honoursKey,
        effects: {},
        requires: {},
        breaker: { failures: 5, recoveryMs: 1_000, halfOpenCalls: 3, successes: 2, perTool: false },
        healthIntervalMs: 1_000,
        connectTimeoutMs: 5_000,
        resources: { gpu: 2 },
        ...(place === 3 ? { hedgeAfterMs: 300 } : {}),
        ...(place === 4 ? { rateLimits: { calls: { count: 300, perMs: 1_000 } } } : {}),
      };
    });
  }

  /** Names of replicas behind a proxy, and of those that Tutti starts itself. */
  names(): { readonly remote: readonly string[]; readonly local: readonly string[] } {
    const of = (local: boolean): readonly string[] =>
      STORM_SERVERS.filter(({ transport }) => (transport === "stdio") === local).flatMap(namesOf);
    return { remote: of(false), local: of(true) };
  }

  apply(event: Exclude<StormEvent, { readonly kind: "kill-tutti" }>): void {
    if (this.#ending) return;
    this.#tasks.run(async (signal) => await this.#happen(event, signal));
  }

  /** From here on nothing bad happens any more. Resolves when everything works that did in the beginning. */
  async calm(): Promise<void> {
    this.#ending = true;
    for (const replica of this.#replicas.values()) replica.setMood("calm");
    for (const ledger of this.ledgers.values()) ledger.setWeather(CALM);
    await this.#tasks.idle();
  }

  /** Waits until no server is stopped: what one of them may still do has been done, or never will be. */
  async untilNobodyIsStopped(): Promise<void> {
    while (this.#stopped.size > 0) await pause(50);
    await pause(300);
  }

  faults(): ReadonlyMap<string, number> {
    const all = new Map(this.#counts);
    for (const { counts } of this.#replicas.values()) for (const [kind, count] of counts) all.set(kind, (all.get(kind) ?? 0) + count);
    return all;
  }

  /** The processes of servers that run, of all that were ever started here. */
  running(): readonly number[] {
    const pids = [...this.#replicas.keys()].flatMap((name) =>
      this.#ledgerOf(name)
        .pidsOf(name)
        .filter((pid) => serves(pid, name)),
    );
    return runningOf([...new Set(pids)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    await this.#tasks[Symbol.asyncDispose]();
    for (const pid of this.#stopped.values()) signal(pid, "SIGCONT");
    await Promise.all([...this.#replicas.values()].map(async (replica) => await replica[Symbol.asyncDispose]()));
    for (const ledger of this.ledgers.values()) ledger[Symbol.dispose]();
  }

  async #happen(event: Exclude<StormEvent, { readonly kind: "kill-tutti" }>, stop: AbortSignal): Promise<void> {
    switch (event.kind) {
      case "mood":
        return await this.#setMood(event, stop);
      case "cut":
        this.#count("all connections of a replica reset");
        return this.#replica(event.replica).cut();
      case "kill":
        if (await this.#replica(event.replica).kill(event.downMs, stop)) this.#count("SIGKILL of a server");
        return;
      case "pause":
        return await this.#pause(event, stop);
      case "weather":
        return await this.#setWeather(event, stop);
      default:
        return unreachable(event);
    }
  }

  async #setMood({ replica, mood, lastsMs }: StormEvent & { readonly kind: "mood" }, stop: AbortSignal): Promise<void> {
    this.#replica(replica).setMood(mood);
    await pause(lastsMs, undefined, { signal: stop });
    this.#replica(replica).setMood("calm");
  }

  async #pause({ replica, lastsMs }: StormEvent & { readonly kind: "pause" }, stop: AbortSignal): Promise<void> {
    const pid = this.#replica(replica).pid();
    if (pid === undefined || this.#stopped.has(replica)) return;
    this.#stopped.set(replica, pid);
    this.#count("SIGSTOP of a server");
    signal(pid, "SIGSTOP");
    try {
      await pause(lastsMs, undefined, { signal: stop });
    } finally {
      signal(pid, "SIGCONT");
      this.#stopped.delete(replica);
    }
  }

  async #setWeather({ server, lastsMs }: StormEvent & { readonly kind: "weather" }, stop: AbortSignal): Promise<void> {
    this.#count("slow answers and noise of a server, for a while");
    this.#ledgerOf(server).setWeather(SLOW_AND_NOISY);
    await pause(lastsMs, undefined, { signal: stop });
    this.#ledgerOf(server).setWeather(CALM);
  }

  #replica(name: string): StormReplica {
    return present(this.#replicas.get(name), `there is no replica ${name}`);
  }

  #ledgerOf(name: string): StormLedger {
    return present(this.ledgers.get(name.replace(/#.*$/, "")), `there is no ledger for ${name}`);
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}

function namesOf(server: StormServer): readonly string[] {
  return [replicaName(server, 1), replicaName(server, 2)];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It was killed while it was stopped.
  }
}
