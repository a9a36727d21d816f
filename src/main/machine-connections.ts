import { isTuttiError, TuttiError } from "../model/errors.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { MachineService } from "../model/machine.ts";
import { machineOf, ownerOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { Connections, ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { Machines } from "../ports/machines.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import type { CallOutcome } from "../model/call.ts";

/** The same connections, and those to the servers of other machines, named `server@machine`. */
export function machineConnections(connections: Connections, machines: Machines): Connections {
  return new MachineConnections(connections, machines);
}

class MachineConnections implements Connections {
  readonly #here: Connections;
  readonly #machines: Machines;

  constructor(here: Connections, machines: Machines) {
    this.#here = here;
    this.#machines = machines;
  }

  get names(): readonly string[] {
    const elsewhere = this.#machines.list().flatMap(({ machineId }) => this.#connectionsOf(machineId));
    return [...this.#here.names, ...elsewhere];
  }

  async tools(connection: string, signal: AbortSignal): Promise<readonly Tool[]> {
    return machineOf(connection) === undefined ? await this.#here.tools(connection, signal) : this.#service(connection).tools;
  }

  async check(connection: string, signal: AbortSignal): Promise<ServerCheck> {
    if (machineOf(connection) === undefined) return await this.#here.check(connection, signal);
    // Its heartbeats say whether it is there, and nobody has to ask it for that.
    const { tools } = this.#service(connection);
    return { server: connection, protocolVersion: CLUSTER_PROTOCOL, era: "modern", toolCount: tools.length, connectMs: 0, responseMs: 0 };
  }

  async facts(connection: string, signal: AbortSignal): Promise<ServerFacts> {
    if (machineOf(connection) === undefined) return await this.#here.facts(connection, signal);
    this.#service(connection);
    return { capabilities: { tools: {} }, envelopes: false };
  }

  async call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    const machine = machineOf(request.server);
    if (machine === undefined) return await this.#here.call(request, observer, signal);
    try {
      this.#service(request.server);
    } catch (error) {
      if (!isTuttiError(error)) throw error;
      const { server, tool } = request;
      return { kind: "failed", accepted: false, error: { kind: "connection", message: error.message, server, tool } };
    }
    return await this.#machines.call(machine, { ...request, server: ownerOf(request.server).server }, observer, signal);
  }

  add(config: ServerConfig): AsyncDisposable {
    return this.#here.add(config);
  }

  onToolsChanged(listener: (connection: string) => void): Disposable {
    const stack = new DisposableStack();
    stack.use(this.#here.onToolsChanged(listener));
    stack.use(
      this.#machines.onChange((machineId) => {
        for (const connection of this.#connectionsOf(machineId)) listener(connection);
      }),
    );
    return stack;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#here[Symbol.asyncDispose]();
  }

  #connectionsOf(machineId: string): readonly string[] {
    if (machineId === LOCAL_MACHINE) return [];
    return this.#machines.services(machineId).map(({ name }) => `${name}@${machineId}`);
  }

  /** @throws TuttiError `server.unavailable` */
  #service(connection: string): MachineService {
    const { server } = ownerOf(connection);
    const machine = machineOf(connection) ?? LOCAL_MACHINE;
    const service = this.#machines.services(machine).find(({ name }) => name === server);
    if (service !== undefined) return service;
    const why = this.#machines.get(machine) === undefined ? "is not known" : `does not have "${server}" now`;
    throw new TuttiError("server.unavailable", `server "${server}" is not available: machine "${machine}" ${why}`, { server });
  }
}

/** What is spoken between machines; which revision of MCP the server speaks there, only the machine knows. */
const CLUSTER_PROTOCOL = "tutti-cluster";
