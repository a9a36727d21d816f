import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inRepository, startCommand } from "./built-command.ts";
import type { RunningCommand } from "./built-command.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { ledgerOf } from "./ledger.ts";
import { processesIn } from "./processes-in.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** How a task is, as the API says it. */
export interface TaskDocument {
  readonly status: string;
  readonly needs_person: boolean;
  readonly per_machine: readonly {
    readonly machine_id: string;
    readonly status: string;
    readonly in_doubt: boolean;
    readonly moved_from: readonly string[];
    readonly completed_at: string | null;
  }[];
}

interface MachineDocument {
  readonly machine_id: string;
  readonly status: string;
  readonly tasks: number;
}

const WAIT_MS = 20_000;
const LOOK_MS = 50;
const KEY = "a key of this test that is long enough";
/** A machine that says nothing for so long is gone. */
export const OFFLINE_AFTER_MS = 3_000;

/** A `tutti serve` and machines that join it, as processes of their own, each in a directory of its own. */
export class MachineLab implements AsyncDisposable {
  readonly #directory = temporaryDirectory();
  readonly #machines = new Map<string, RunningCommand>();
  readonly #proxy: FaultProxy;
  #hub: RunningCommand;
  #url = "";

  private constructor(proxy: FaultProxy) {
    this.#proxy = proxy;
    this.#write("hub", `cluster: { port: 0, key_file: key, heartbeat: 1s, offline_after: ${OFFLINE_AFTER_MS}ms }\n`);
    this.#hub = this.#startHub();
  }

  static async open(...machines: readonly string[]): Promise<MachineLab> {
    const lab = new MachineLab(await startFaultProxy(() => ({ kind: "pass" })));
    await lab.#ready();
    await Promise.all(machines.map((name) => lab.join(name)));
    return lab;
  }

  /** Starts a machine that has the server `ledger`, and waits until it is there. */
  async join(name: string): Promise<void> {
    const ledger = { command: process.execPath, args: [inRepository("test/fault/ledger-server.ts")] };
    const directory = this.#write(name, `servers: { ledger: ${JSON.stringify(ledger)} }\ncluster: { key_file: key }\n`);
    this.#machines.set(name, startCommand(["machine", "--join", `ws://127.0.0.1:${this.#proxy.port}`, "--name", name], directory));
    await this.#until(async () => (await this.machines()).some((each) => each.machine_id === name && each.status === "online"));
  }

  async machines(): Promise<readonly MachineDocument[]> {
    return (await this.#ask<{ readonly machines: readonly MachineDocument[] }>("/machines")).machines;
  }

  /** Gives the id of the group. */
  async distribute(tool: string, machines: readonly string[], delayMs: number): Promise<string> {
    const definition = { task_type: tool, service_name: "ledger", payload: { delay_ms: delayMs } };
    const answer = await this.#ask<{ readonly task_group_id: string }>("/tasks", {
      task_definition: definition,
      target_machines: machines,
    });
    return answer.task_group_id;
  }

  async status(id: string): Promise<TaskDocument> {
    return await this.#ask<TaskDocument>(`/tasks/${id}`);
  }

  /** Waits until the machine has so many tasks in hand. */
  async untilBusy(name: string, tasks: number): Promise<void> {
    await this.#until(async () => (await this.machines()).some((each) => each.machine_id === name && each.tasks >= tasks));
  }

  /** Waits until no task of a group goes on by itself. */
  async untilOver(id: string): Promise<TaskDocument> {
    const over = async (): Promise<boolean> => {
      const { status, needs_person: needsPerson, per_machine: tasks } = await this.status(id);
      const open = tasks.filter((task) => ["pending", "running"].includes(task.status) && !task.in_doubt);
      return open.length === 0 && (needsPerson || status !== "running");
    };
    await this.#until(over);
    return await this.status(id);
  }

  /** Sends a signal to the process of a machine, not to those of its servers. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#machines.get(name)?.process.kill(signal);
  }

  /** Breaks all connections of machines, and lets nobody connect. */
  cut(): void {
    this.#proxy.shut();
    this.#proxy.cutAll();
  }

  async mend(): Promise<void> {
    await this.#proxy.open();
  }

  async restartHub(): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
    this.#hub = this.#startHub();
    await this.#ready();
  }

  /** What took effect on any machine: `tool step`. */
  ledger(): readonly string[] {
    return [...this.#machines.keys()].flatMap((name) => ledgerOf(join(this.#directory.path, name)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#machines.values()) await running[Symbol.asyncDispose]();
    await this.#hub[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    for (const name of [...this.#machines.keys(), "hub"]) {
      for (const id of processesIn(join(this.#directory.path, name))) killIfThere(id);
    }
    this.#directory[Symbol.dispose]();
  }

  #write(name: string, config: string): string {
    const directory = join(this.#directory.path, name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "tutti.yaml"), config);
    writeFileSync(join(directory, "key"), KEY, { mode: 0o600 });
    return directory;
  }

  #startHub(): RunningCommand {
    return startCommand(["serve", "--port", "0"], join(this.#directory.path, "hub"));
  }

  async #ready(): Promise<void> {
    const [, port] = await this.#hub.printed(/"url":"ws:\/\/127\.0\.0\.1:(\d+)","msg":"machines can join"/, "stderr");
    this.#proxy.direct(Number(port));
    const [, url = ""] = await this.#hub.printed(/ at (http:\S+)/);
    this.#url = url;
  }

  async #ask<Answer>(path: string, body?: object): Promise<Answer> {
    const request =
      body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${this.#url}/api/v1${path}`, request);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += LOOK_MS) {
      if (await isSo()) return;
      await pause(LOOK_MS);
    }
    throw new Error(`it was not so within ${WAIT_MS} ms`);
  }
}

function killIfThere(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
