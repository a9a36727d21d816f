import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { MachineService } from "../model/machine.ts";
import type { Tool } from "../model/tool.ts";
import type { Log } from "../ports/log.ts";
import type { Servers } from "../ports/connections.ts";

/** A server that cannot be listed is asked again after this. */
const AGAIN_AFTER_MS: Ms = 30_000;

export interface AnnouncedServicesParts {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly log: Log;
  /** They are others than before. */
  readonly changed: () => void;
}

/** The servers of this machine with their tools, as they were listed last. One that cannot be listed is not announced. */
export class AnnouncedServices implements AsyncDisposable {
  readonly #parts: AnnouncedServicesParts;
  readonly #tools = new Map<string, readonly Tool[]>();
  readonly #timers = new Map<string, Disposable>();
  readonly #group = new TaskGroup();
  readonly #subscription: Disposable;

  constructor(parts: AnnouncedServicesParts) {
    this.#parts = parts;
    this.#subscription = parts.servers.onToolsChanged((server) => this.#list(server));
  }

  /** Lists all servers, side by side; resolves when each has answered or failed. */
  async open(): Promise<void> {
    for (const server of this.#parts.servers.names) this.#list(server);
    await this.#group.idle();
  }

  services(): readonly MachineService[] {
    return Array.from(this.#tools, ([name, tools]) => ({ name, tools })).sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    await this.#group[Symbol.asyncDispose]();
  }

  #list(server: string): void {
    const { servers, clock, log, changed } = this.#parts;
    this.#timers.get(server)?.[Symbol.dispose]();
    this.#timers.delete(server);
    this.#group.run(async (signal) => {
      try {
        this.#tools.set(server, await servers.tools(server, signal));
      } catch (error) {
        if (signal.aborted) return;
        this.#tools.delete(server);
        log.write("warn", "a server of this machine is not offered", { server, reason: (error as Error).message });
        this.#timers.set(
          server,
          clock.after(AGAIN_AFTER_MS, () => this.#list(server)),
        );
      }
      changed();
    });
  }
}
