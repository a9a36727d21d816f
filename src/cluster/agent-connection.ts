import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { jsonSize } from "../base/json.ts";
import type { CallOutcome } from "../model/call.ts";
import type { Machine, MachineService } from "../model/machine.ts";
import type { Log } from "../ports/log.ts";
import { AskToJoin, type JoinIdentity } from "./ask-to-join.ts";
import type { ClusterMessage, ClusterPayloads, MessageType } from "./cluster-message.ts";
import { announceable, type LiveStatus } from "./machine-document.ts";
import type { MachineFacts } from "./machine-registry.ts";
import type { MachineTasks, TaskReplies } from "./machine-tasks.ts";
import { MessageChannel } from "./message-channel.ts";
import { newMessage } from "./new-message.ts";
import { type HubAddress, type HubSocket, openHubSocket } from "./open-hub-socket.ts";

const JOIN_WITHIN_MS: Ms = 10_000;
/** A result that is larger is announced. */
const LONG_BYTES = 2 ** 20;

export interface AgentConnectionParts {
  readonly identity: JoinIdentity;
  readonly hub: HubAddress;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: MachineTasks;
  readonly describe: () => MachineFacts & { readonly services: readonly MachineService[] };
  readonly status: () => LiveStatus;
  readonly joined?: () => void;
}

/** How a connection to a hub has ended. */
export interface AgentEnd {
  /** It had been let in. */
  readonly joined: boolean;
  readonly reason: string;
}

/** One connection of a machine to its hub, from its first frame to its end. */
export class AgentConnection {
  readonly #parts: AgentConnectionParts;
  readonly #join: AskToJoin;
  readonly #ended = Promise.withResolvers<string>();
  readonly #replies: TaskReplies;
  #socket: HubSocket | undefined;
  #channel: MessageChannel | undefined;
  #hubName = "";
  /** The status that the hub was told last. */
  #told: LiveStatus | undefined;
  #refusal: string | undefined;
  #timer: Disposable | undefined;

  constructor(parts: AgentConnectionParts) {
    this.#parts = parts;
    this.#join = new AskToJoin(parts.identity);
    this.#replies = {
      progress: (payload) => void this.#send("task_progress", payload),
      ended: (taskId, outcome) => this.#taskEnded(taskId, outcome),
    };
  }

  /** Resolves when it has ended; says farewell when the signal aborts. */
  async run(signal: AbortSignal): Promise<AgentEnd> {
    const { hub, clock } = this.#parts;
    let socket: HubSocket;
    try {
      socket = await openHubSocket(hub, {
        clock,
        signal,
        receive: (text) => this.#receive(text),
        ended: ({ message }) => this.#ended.resolve(message),
      });
    } catch (error) {
      return { joined: false, reason: (error as Error).message };
    }
    this.#socket = socket;
    // What is no hub may have said so before there was anybody to hang up.
    if (this.#refusal !== undefined) socket.abandon();
    const leave = (): void => void socket.close();
    signal.addEventListener("abort", leave, { once: true });
    this.#timer = clock.after(JOIN_WITHIN_MS, () => this.#breakOff("the hub has not let it in in time"));
    socket.send(this.#join.opening);
    const reason = await this.#ended.promise;
    this.#timer[Symbol.dispose]();
    this.#channel?.[Symbol.dispose]();
    signal.removeEventListener("abort", leave);
    return { joined: this.#channel !== undefined, reason: this.#refusal ?? reason };
  }

  /** Tells what this machine offers now. */
  announce(): void {
    this.#send("service_announce", { services: announceable(this.#parts.describe().services) });
  }

  /** Tells how this machine is doing before its turn, where that is another status than the one told last. */
  statusMayHaveChanged(): void {
    if (this.#told !== undefined && this.#told !== this.#parts.status()) this.#heartbeat();
  }

  #heartbeat(): void {
    const { describe, status, tasks } = this.#parts;
    this.#told = status();
    this.#send("machine_heartbeat", { status: this.#told, usage: describe().usage, tasks: tasks.size });
  }

  #receive(text: string): void {
    if (this.#channel === undefined) return this.#joining(text);
    const received = this.#channel.receive(text);
    switch (received.kind) {
      case "message":
        return this.#take(received.message);
      case "fault":
        return this.#parts.log.write("warn", "the hub has sent what makes no sense", { reason: received.fault.message });
      case "broken":
        return this.#breakOff(received.message);
      case "more":
        return;
    }
  }

  #take(message: ClusterMessage): void {
    switch (message.messageType) {
      case "task_assign":
        return this.#assigned(message.payload);
      case "ping":
        return void this.#send("pong", {}, message.messageId);
      case "error":
        return this.#parts.log.write("warn", "the hub has not taken a message", { ...message.payload });
      default:
        // What is told to everybody is of no interest here.
        return;
    }
  }

  #assigned(payload: ClusterPayloads["task_assign"]): void {
    const { tasks } = this.#parts;
    switch (payload.action) {
      case "offer":
        return tasks.offer(payload, this.#replies);
      case "start":
        return tasks.start(payload.taskId);
      case "cancel":
        return tasks.cancel(payload.taskId);
    }
  }

  #taskEnded(taskId: string, outcome: CallOutcome): void {
    if (outcome.kind !== "succeeded") return void this.#send("task_failed", { taskId, outcome });
    // It may be on its way for longer than the hub would wait for a tool that has not answered.
    if (jsonSize(outcome.output, LONG_BYTES) > LONG_BYTES) this.#send("task_progress", { taskId, stage: "answering" });
    if (this.#send("task_complete", { taskId, outcome })) return;
    const error = { kind: "output_invalid", message: "the result is larger than what a cluster can send" } as const;
    this.#send("task_failed", { taskId, outcome: { kind: "failed", accepted: true, error } });
  }

  #joining(text: string): void {
    const step = this.#join.receive(text);
    switch (step.kind) {
      case "answer":
        this.#socket?.send(step.text);
        return;
      case "refused":
        return this.#breakOff(step.message);
      case "joined": {
        const { keys, hub, heartbeatMs } = step;
        this.#channel = new MessageChannel({
          socket: {
            send: (frame) => this.#socket?.send(frame) ?? false,
            unsent: () => this.#socket?.unsent() ?? 0,
            abandon: () => this.#socket?.abandon(),
          },
          clock: this.#parts.clock,
          keys: keys === undefined ? undefined : { send: keys.client, receive: keys.hub },
          longMessages: true,
        });
        this.#hubName = hub;
        this.#register();
        this.#beat(heartbeatMs);
        this.#parts.joined?.();
      }
    }
  }

  #register(): void {
    const { identity, describe, status, tasks, clock } = this.#parts;
    const { services: offered, ...facts } = describe();
    const services = announceable(offered);
    const nowMs = clock.nowMs();
    this.#told = status();
    const machine: Machine = {
      ...facts,
      machineId: identity.name,
      status: this.#told,
      tasks: tasks.size,
      runningServices: services.map(({ name }) => name),
      registeredAtMs: nowMs,
      lastHeartbeatAtMs: nowMs,
    };
    this.#send("machine_register", { machine, services });
  }

  #beat(everyMs: Ms): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(everyMs, () => {
      this.#heartbeat();
      this.#beat(everyMs);
    });
  }

  #send<Type extends MessageType>(type: Type, payload: ClusterPayloads[Type], answers?: string): boolean {
    const { identity, clock } = this.#parts;
    const about = { from: identity.name, to: [this.#hubName], atMs: clock.nowMs(), ...defined({ answers }) };
    return this.#channel?.send(newMessage(type, payload, about)) ?? false;
  }

  #breakOff(reason: string): void {
    this.#refusal ??= reason;
    this.#socket?.abandon();
  }
}
