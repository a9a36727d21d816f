import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { ServerAddress } from "../../src/model/server.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { seededRandom } from "./seeded-random.ts";
import type { StormLedger } from "./storm-ledger.ts";
import { fateIn } from "./storm-moods.ts";
import type { Mood } from "./storm-schedule.ts";
import type { StormServer } from "./storm-servers.ts";

/** One of the two processes of a server. */
export interface StormReplica extends AsyncDisposable {
  readonly name: string;
  readonly address: ServerAddress;
  /** What the network did to it, by kind. */
  readonly counts: ReadonlyMap<string, number>;
  setMood(mood: Mood): void;
  cut(): void;
  /** The process that serves now; undefined when there is none. */
  pid(): number | undefined;
  /** Kills it; false when there was nothing to kill. Over a network it comes back after a while, else whoever needs it starts it. */
  kill(downMs: number, signal: AbortSignal): Promise<boolean>;
}

export interface ReplicaSettings {
  readonly server: StormServer;
  readonly name: string;
  readonly ledger: StormLedger;
  readonly ledgerFile: string;
  readonly seed: number;
}

export async function startReplica(settings: ReplicaSettings): Promise<StormReplica> {
  return settings.server.transport === "stdio" ? new LocalReplica(settings) : await RemoteReplica.start(settings);
}

function argumentsOf({ server, name, ledgerFile, seed }: ReplicaSettings): readonly string[] {
  const honours = server.honoursKey ? ["--honours"] : [];
  const file = join(import.meta.dirname, "storm-server.ts");
  return [file, "--ledger", ledgerFile, "--replica", name, "--transport", server.transport, "--seed", String(seed), ...honours];
}

/** Whether this is still one of our servers: the system gives the ids of those that have ended to others. */
export function serves(pid: number, name: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.includes(name) && words.some((word) => word.endsWith("storm-server.ts"));
  } catch {
    return false;
  }
}

/** Started by Tutti, over stdio. */
class LocalReplica implements StormReplica {
  readonly name: string;
  readonly address: ServerAddress;
  readonly counts = new Map<string, number>();
  readonly #ledger: StormLedger;

  constructor(settings: ReplicaSettings) {
    this.name = settings.name;
    this.#ledger = settings.ledger;
    this.address = { kind: "stdio", command: process.execPath, args: argumentsOf(settings), env: {} };
  }

  setMood(): void {}

  cut(): void {}

  pid(): number | undefined {
    const pid = this.#ledger.pidsOf(this.name).at(-1);
    return pid !== undefined && serves(pid, this.name) ? pid : undefined;
  }

  // oxlint-disable-next-line typescript/require-await -- remote ones come back by themselves, which takes a while.
  async kill(): Promise<boolean> {
    const pid = this.pid();
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    return pid !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Started by the storm, behind a proxy. */
class RemoteReplica implements StormReplica {
  readonly name: string;
  readonly address: ServerAddress;
  readonly #settings: ReplicaSettings;
  readonly #proxy: FaultProxy;
  readonly #moods: { now: Mood };
  #child: ChildProcess | undefined;

  private constructor(settings: ReplicaSettings, proxy: FaultProxy, moods: { now: Mood }) {
    this.#settings = settings;
    this.#proxy = proxy;
    this.#moods = moods;
    this.name = settings.name;
    const socket = settings.server.transport === "websocket";
    const url = socket ? `ws://127.0.0.1:${proxy.port}/` : `http://127.0.0.1:${proxy.port}/mcp`;
    this.address = { kind: socket ? "websocket" : "http", url, headers: {} };
  }

  static async start(settings: ReplicaSettings): Promise<RemoteReplica> {
    const moods = { now: "calm" as Mood };
    const random = seededRandom(settings.seed);
    const proxy = await startFaultProxy((upgraded) => fateIn(moods.now, random, upgraded));
    const replica = new RemoteReplica(settings, proxy, moods);
    await replica.#start();
    return replica;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#proxy.counts;
  }

  setMood(mood: Mood): void {
    this.#moods.now = mood;
  }

  cut(): void {
    this.#proxy.cutAll();
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  async kill(downMs: number, signal: AbortSignal): Promise<boolean> {
    const child = this.#child;
    if (child === undefined) return false;
    this.#child = undefined;
    this.#proxy.direct(undefined);
    // Every other time nothing listens in its place, as when a machine was started anew.
    if (downMs % 2 < 1) this.#proxy.shut();
    child.kill("SIGKILL");
    await pause(downMs, undefined, { signal });
    await this.#start();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "close");
    child.kill("SIGKILL");
    await gone;
  }

  async #start(): Promise<void> {
    // Its stdin is the rope that it hangs on: when this process ends in whatever way, it ends too.
    const child = spawn(process.execPath, [...argumentsOf(this.#settings)], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    this.#child = child;
    // One that is killed before it could say where it listens says nothing, and whoever killed it starts the next.
    for await (const url of createInterface({ input: child.stdout })) {
      this.#proxy.direct(Number(new URL(url).port));
      await this.#proxy.open();
      return;
    }
  }
}
