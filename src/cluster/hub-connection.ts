import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { TextSocket } from "../base/text-socket.ts";
import type { Log } from "../ports/log.ts";
import { AnswerJoin, type JoinRules } from "./answer-join.ts";
import type { ClusterFault, ClusterMessage, ClusterPayloads, MessageType } from "./cluster-message.ts";
import { FrameBudget } from "./frame-budget.ts";
import type { ClusterRole, JoinRequest } from "./join-frame.ts";
import { MessageChannel } from "./message-channel.ts";
import { newMessage } from "./new-message.ts";
import { StatusOutbox } from "./status-outbox.ts";

/** Whoever has not joined by then is not going to. */
const JOIN_WITHIN_MS: Ms = 5_000;
/** A machine that hangs is known after three to four of these. */
const PING_EVERY_MS: Ms = 1_500;
/** Messages that make no sense, before a connection is closed for them. */
const FAULTS_MAX = 100;
/** Enough for the two frames with which somebody joins, whatever stands around them. */
const STRANGER_BYTES_MAX = 16 * 1_024;

const CLOSE_POLICY = 1_008;

export interface HubConnectionParts {
  readonly socket: WebSocket;
  readonly wire: Socket;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: JoinRules;
  /** The names on the certificate; undefined where none is asked for. */
  readonly certified: readonly string[] | undefined;
  readonly hub: HubSide;
}

/** What a hub does with its connections. */
export interface HubSide {
  joined(connection: HubConnection, request: JoinRequest): void;
  /** Something has come from it that it alone can have sent. */
  heard(connection: HubConnection): void;
  received(connection: HubConnection, message: ClusterMessage): void;
  /** It is gone, whether it had joined or not. */
  ended(connection: HubConnection, reason: string): void;
}

/** One connection to a hub, from its first frame to its end. */
export class HubConnection {
  readonly #parts: HubConnectionParts;
  readonly #socket: TextSocket;
  readonly #join: AnswerJoin;
  readonly #limit: Disposable;
  readonly #budget: FrameBudget;
  #request: JoinRequest | undefined;
  #channel: MessageChannel | undefined;
  #outbox: StatusOutbox | undefined;
  #faults = 0;
  #closing: string | undefined;

  constructor(parts: HubConnectionParts) {
    const { socket, wire, clock, rules, certified, hub } = parts;
    this.#parts = parts;
    this.#join = new AnswerJoin(rules, certified);
    this.#budget = new FrameBudget({ socket, clock });
    this.#socket = new TextSocket({
      socket,
      wire,
      clock,
      pingEveryMs: PING_EVERY_MS,
      receive: (text) => this.#receive(text),
      ended: ({ message }) => {
        this.#limit[Symbol.dispose]();
        this.#budget[Symbol.dispose]();
        this.#channel?.[Symbol.dispose]();
        hub.ended(this, this.#closing ?? message);
      },
    });
    const giveUp = (): void => {
      if (this.#request === undefined) this.abandon("it has not joined");
    };
    this.#limit = clock.after(JOIN_WITHIN_MS, giveUp);
    // Before a whole frame has come, nobody else looks at how much there is of it.
    const before = wire.bytesRead;
    const count = (): void => {
      if (this.#request !== undefined) wire.off("data", count);
      else if (wire.bytesRead - before > STRANGER_BYTES_MAX) giveUp();
    };
    wire.on("data", count);
  }

  /** Undefined before it has joined. */
  get request(): JoinRequest | undefined {
    return this.#request;
  }

  get role(): ClusterRole | undefined {
    return this.#request?.role;
  }

  get name(): string {
    return this.#request?.name ?? "";
  }

  /** False when the other side will never see it. */
  send<Type extends MessageType>(type: Type, payload: ClusterPayloads[Type], answers?: string): boolean {
    const { clock, rules } = this.#parts;
    const about = { from: rules.hubName, to: [this.name], atMs: clock.nowMs(), ...defined({ answers }) };
    return this.#channel?.send(newMessage(type, payload, about)) ?? false;
  }

  /** Lets it be told when there is room; ends the connection when it is too far behind. */
  tell(key: string, text: string): void {
    if (this.#outbox?.put(key, text) === false) this.abandon("it does not read what it is told");
  }

  /** @returns whether nothing is left to be told */
  flush(): boolean {
    this.#outbox?.flush();
    return (this.#outbox?.size ?? 0) === 0;
  }

  fault(fault: ClusterFault, answers: string | undefined): void {
    this.send("error", fault, answers);
    this.#faults += 1;
    if (this.#faults > FAULTS_MAX) void this.close("it has sent too many messages that make no sense", CLOSE_POLICY);
  }

  async close(reason: string, code?: number): Promise<void> {
    this.#closing ??= reason;
    await this.#socket.close(code);
  }

  /** Ends it at once, without a farewell. */
  abandon(reason: string): void {
    this.#closing ??= reason;
    this.#parts.socket.terminate();
  }

  #receive(text: string): void {
    if (this.#closing !== undefined) return;
    this.#budget.spend();
    if (this.#channel === undefined) return this.#joining(text);
    const received = this.#channel.receive(text);
    if (received.kind !== "broken") this.#parts.hub.heard(this);
    switch (received.kind) {
      case "message":
        return this.#take(received.message);
      case "fault":
        return this.fault(received.fault, received.messageId);
      case "broken":
        return this.#breakOff(received.message);
      case "more":
        return;
    }
  }

  #breakOff(message: string): void {
    this.send("error", { code: "malformed", message });
    void this.close(message, CLOSE_POLICY);
  }

  #take(message: ClusterMessage): void {
    const { messageId, sourceMachine } = message;
    if (sourceMachine === this.name) return this.#parts.hub.received(this, message);
    this.fault({ code: "not_allowed", message: `"source_machine" must be "${this.name}", as whom it has joined` }, messageId);
  }

  #joining(text: string): void {
    const { log, hub, socket, clock } = this.#parts;
    const step = this.#join.receive(text);
    this.#socket.send(step.text);
    switch (step.kind) {
      case "answer":
        return;
      case "refused": {
        const { reason, message } = step.refusal;
        log.write("warn", "a connection to the cluster was refused", { name: step.name ?? null, reason, message });
        return void this.close(message, CLOSE_POLICY);
      }
      case "joined": {
        const { keys, request } = step;
        const channel = new MessageChannel({
          socket: {
            send: (frame) => this.#socket.send(frame),
            unsent: () => socket.bufferedAmount,
            abandon: () => this.abandon("it does not read what is sent"),
          },
          clock,
          keys: keys === undefined ? undefined : { send: keys.hub, receive: keys.client },
          longMessages: request.role === "machine",
        });
        this.#limit[Symbol.dispose]();
        this.#request = request;
        this.#channel = channel;
        this.#outbox = new StatusOutbox({ unsent: () => socket.bufferedAmount, send: (status) => channel.sendText(status) });
        hub.joined(this, request);
      }
    }
  }
}
