import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Admission } from "./admission.ts";

export interface ChoiceWatchPorts {
  readonly admission: Pick<Admission, "isWaitedFor" | "reconsider">;
  /** By name; may change at any time. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
  /** What calls of a tool choose from now, in a text that is another one when they may choose otherwise. */
  readonly printOf: (server: string, tool: string) => string;
}

/** A replica that comes back while all calls of the others hang must not wait for one of them to end. */
const LOOK_EVERY_MS: Ms = 1_000;

/** Has claims that wait for a server choose anew when they could choose otherwise than when they began to wait. */
export class ChoiceWatch {
  readonly #ports: ChoiceWatchPorts;
  readonly #watched = new Map<string, Watched>();

  constructor(ports: ChoiceWatchPorts) {
    this.#ports = ports;
  }

  /** A claim for a call of this tool waits now. Looks again from time to time, where there may be something to choose. */
  begin(server: string, tool: string, mayChange: boolean): void {
    const watched = this.#watched.get(server) ?? { config: this.#ports.servers.get(server), prints: new Map(), timer: undefined };
    this.#watched.set(server, watched);
    if (!watched.prints.has(tool)) watched.prints.set(tool, this.#ports.printOf(server, tool));
    if (mayChange) watched.timer ??= this.#lookLater(server);
  }

  /** Something has happened at the server. Costs next to nothing when nobody waits. */
  look(server: string): void {
    const watched = this.#watched.get(server);
    if (watched === undefined) return;
    const { admission, servers, printOf } = this.#ports;
    if (!admission.isWaitedFor(server)) return this.#end(server, watched);
    const config = servers.get(server);
    let changed = config !== watched.config;
    watched.config = config;
    for (const [tool, print] of watched.prints) {
      const now = printOf(server, tool);
      changed ||= now !== print;
      watched.prints.set(tool, now);
    }
    if (changed) admission.reconsider(server);
  }

  #lookLater(server: string): Disposable {
    return this.#ports.clock.after(LOOK_EVERY_MS, () => {
      this.look(server);
      const watched = this.#watched.get(server);
      if (watched !== undefined) watched.timer = this.#lookLater(server);
    });
  }

  #end(server: string, watched: Watched): void {
    watched.timer?.[Symbol.dispose]();
    this.#watched.delete(server);
  }
}

interface Watched {
  config: ServerConfig | undefined;
  /** By tool: each may have its own breaker. */
  readonly prints: Map<string, string>;
  timer: Disposable | undefined;
}
