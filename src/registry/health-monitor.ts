import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { TaskGroup } from "../base/task-group.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import { isTuttiError } from "../model/errors.ts";
import { isBad, isWorse } from "../model/health.ts";
import type { HealthSignal, HealthState } from "../model/health.ts";
import { connectionName, ownerOf, replicasOf } from "../model/replica.ts";
import { signalOf } from "../model/server-unavailable.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Connections, ServerCheck } from "../ports/connections.ts";
import type { Health } from "../ports/health.ts";
import { SILENT } from "../ports/log.ts";
import type { Log } from "../ports/log.ts";
import { afterSignal, UNSEEN } from "./health-standing.ts";
import type { HealthStanding, SignalSource } from "./health-standing.ts";

export interface HealthMonitorOptions {
  readonly connections: Pick<Connections, "check">;
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
  readonly log?: Log;
}

/** A replica is not any more what it was. */
export interface HealthChange {
  /** Of the connection. */
  readonly connection: string;
  readonly atMs: Ms;
  readonly from: HealthState;
  readonly to: HealthState;
  /** What was seen. */
  readonly why: string;
}

/** How a replica has been doing; the oldest comes first. */
export interface HealthHistory {
  readonly state: HealthState;
  /** At most the last 50. */
  readonly changes: readonly HealthChange[];
  /** Of checks that were answered, at most the last 100. */
  readonly responses: readonly { readonly atMs: Ms; readonly durationMs: Ms }[];
}

/** A replica and its state, as metrics name it. */
export interface ReplicaHealth {
  readonly server: string;
  readonly replica: string;
  readonly connection: string;
  readonly state: HealthState;
}

const FIRST_DELAY_MS: Ms = 1_000;
const CHANGES_MAX = 50;
const RESPONSES_MAX = 100;

/**
 * Looks after the replicas of servers: by what calls tell, and by asking each one now and then whether it is there.
 *
 * 1. Only what is in use is checked, so that no server is started because of a check.
 * 2. Each replica has its own timer and its own check: none waits for another, and none is checked twice at a time.
 * 3. What is healthy is checked once in its interval; anything else after 1 s, then doubling up to the interval.
 * 4. No timer keeps the process alive, and after disposal there is none.
 */
export class HealthMonitor implements Health, AsyncDisposable {
  readonly #options: HealthMonitorOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #checks = new TaskGroup();

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
  }

  stateOf(connection: string): HealthState {
    return this.#watched.get(connection)?.standing.state ?? "unknown";
  }

  /** The first signal of a connection also begins to {@link watch} it. */
  saw(connection: string, signal: HealthSignal): void {
    this.#saw(connection, signal, "call");
  }

  /**
   * Somebody has asked something that takes as little as a check, and opens a connection as well: one failure says as much.
   * Else calls would go on to wait for a replica that nobody can connect to.
   */
  checked(connection: string, signal: HealthSignal): void {
    this.#saw(connection, signal, "check");
  }

  /** Begins to check a connection, from one interval after now on. Does nothing when it has begun already. */
  watch(connection: string): void {
    this.#watchedOf(connection);
  }

  /**
   * Checks a connection now, also one that nobody has used, and remembers what came of it. From then on it is watched.
   *
   * @throws TuttiError `server.unavailable`, `server.not-found`
   */
  async check(connection: string, signal: AbortSignal): Promise<ServerCheck> {
    try {
      const check = await this.#options.connections.check(connection, signal);
      this.#answered(connection, check);
      return check;
    } catch (error) {
      if (!signal.aborted && isTuttiError(error, "server.unavailable")) {
        this.#saw(connection, signalOf(error), "check");
      }
      throw error;
    }
  }

  /** What is known of a connection; of one that nobody has used that is nothing. */
  history(connection: string): HealthHistory {
    const watched = this.#watched.get(connection);
    if (watched === undefined) return { state: "unknown", changes: [], responses: [] };
    return { state: watched.standing.state, changes: [...watched.changes], responses: [...watched.responses] };
  }

  /** All replicas of all servers, also those that nobody has used. */
  *states(): Generator<ReplicaHealth> {
    for (const server of this.#options.servers.values()) {
      for (const replica of replicasOf(server)) {
        const connection = connectionName(server, replica);
        yield { server: server.name, replica: replica.name, connection, state: this.stateOf(connection) };
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closing = this.#checks[Symbol.asyncDispose]();
    for (const watched of this.#watched.values()) watched.timer?.[Symbol.dispose]();
    await closing;
  }

  #answered(connection: string, { responseMs }: ServerCheck): void {
    this.#saw(connection, { kind: "answered", durationMs: responseMs }, "check");
    const responses = this.#watched.get(connection)?.responses;
    if (responses === undefined) return;
    responses.push({ atMs: this.#options.clock.nowMs(), durationMs: responseMs });
    if (responses.length > RESPONSES_MAX) responses.shift();
  }

  #saw(connection: string, signal: HealthSignal, source: SignalSource): void {
    const watched = this.#watchedOf(connection);
    if (watched === undefined) return;
    const before = watched.standing;
    watched.standing = afterSignal(before, signal, source);
    const { state } = watched.standing;
    if (state === before.state) return;
    const why = wordsOf(signal);
    const change = { connection, atMs: this.#options.clock.nowMs(), from: before.state, to: state, why };
    // What a call has failed with may quote what it was given, which is not for the log.
    this.#tell(watched, change, source === "call" && signal.kind === "failed" ? signal.fault : why);
    // After a turn for the worse or the better it should soon be known how bad or good it is.
    if (!isBad(before.state) || !isBad(state)) watched.doubts = 0;
    if (state !== "healthy" && watched.timer !== undefined) this.#schedule(watched);
  }

  #tell(watched: Watched, change: HealthChange, reason: string): void {
    watched.changes.push(change);
    if (watched.changes.length > CHANGES_MAX) watched.changes.shift();
    const { log = SILENT } = this.#options;
    const { from, to } = change;
    const level = isWorse(to, from) ? "warn" : "info";
    log.write(level, `a server is ${to}`, { ...ownerOf(change.connection), state_before: from, reason });
  }

  /** Undefined for what is not configured, and when everything is closing. */
  #watchedOf(connection: string): Watched | undefined {
    const known = this.#watched.get(connection);
    if (known !== undefined || this.#checks.signal.aborted || !this.#options.servers.has(ownerOf(connection).server)) return known;
    const watched: Watched = { connection, standing: UNSEEN, changes: [], responses: [], doubts: 0, timer: undefined };
    this.#watched.set(connection, watched);
    this.#schedule(watched);
    return watched;
  }

  /** Sets the only timer of a connection. While it is being checked it has none. */
  #schedule(watched: Watched): void {
    watched.timer?.[Symbol.dispose]();
    const check = (): void => {
      watched.timer = undefined;
      this.#checks.run((signal) => this.#checkAgain(watched, signal));
    };
    watched.timer = this.#options.clock.after(this.#delayMs(watched), check, { background: true });
  }

  #delayMs({ connection, standing, doubts }: Watched): Ms {
    const intervalMs = this.#options.servers.get(ownerOf(connection).server)?.healthIntervalMs ?? DEFAULT_LIMITS.healthIntervalMs;
    const certain = standing.state === "healthy" || standing.state === "unknown";
    return certain ? intervalMs : Math.min(intervalMs, FIRST_DELAY_MS * 2 ** Math.min(doubts, 20));
  }

  async #checkAgain(watched: Watched, signal: AbortSignal): Promise<void> {
    const { state } = watched.standing;
    try {
      await this.check(watched.connection, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (isTuttiError(error, "server.not-found")) return this.#forget(watched);
      if (!isTuttiError(error, "server.unavailable")) throw error;
    }
    if (signal.aborted) return;
    if (watched.standing.state === state) watched.doubts += 1;
    this.#schedule(watched);
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched.connection);
  }
}

interface Watched {
  readonly connection: string;
  standing: HealthStanding;
  readonly changes: HealthChange[];
  readonly responses: { readonly atMs: Ms; readonly durationMs: Ms }[];
  /** Checks since the last turn of its state. */
  doubts: number;
  /** Undefined while it is being checked. */
  timer: Disposable | undefined;
}

function wordsOf(signal: HealthSignal): string {
  return signal.kind === "answered" ? `it answered within ${Math.ceil(signal.durationMs)} ms` : signal.message;
}
