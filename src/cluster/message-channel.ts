import type { ClusterMessage } from "./cluster-message.ts";
import { FrameOpener, FrameSeal } from "./frame-seal.ts";
import { parseMessage, printMessage, type ParsedMessage } from "./message-codec.ts";
import { MESSAGE_CHARACTERS_MAX, PartIntake, toFrames } from "./message-parts.ts";

/** What a frame is that came from the other side: a message, a part of one, or one for which the connection has to end. */
export type Received = ParsedMessage | { readonly kind: "more" } | { readonly kind: "broken"; readonly message: string };

/** With what both directions are sealed. */
export interface ChannelKeys {
  readonly send: Buffer;
  readonly receive: Buffer;
}

/** What messages travel over. */
export interface ChannelSocket {
  /** False when it takes nothing any more. */
  send(text: string): boolean;
  /** Ends the connection at once. */
  abandon(): void;
}

/**
 * Messages over a connection that has been joined: sealed where there is a key, and in parts where they are long.
 *
 * A frame that the socket does not take ends the connection: those that follow would not fit to what has gone before.
 */
export class MessageChannel {
  readonly #socket: ChannelSocket;
  readonly #seal: FrameSeal | undefined;
  readonly #opener: FrameOpener | undefined;
  readonly #intake = new PartIntake();
  #abandoned = false;

  constructor(socket: ChannelSocket, keys: ChannelKeys | undefined) {
    this.#socket = socket;
    this.#seal = keys === undefined ? undefined : new FrameSeal(keys.send);
    this.#opener = keys === undefined ? undefined : new FrameOpener(keys.receive);
  }

  /** False when the other side will never see it as a whole: it is too long, or nobody takes it. */
  send(message: ClusterMessage): boolean {
    const text = printMessage(message);
    return text !== undefined && this.sendText(text);
  }

  /** As {@link send}, for what is sent to many. */
  sendText(text: string): boolean {
    return text.length <= MESSAGE_CHARACTERS_MAX && toFrames(text).every((frame) => this.#sendFrame(frame));
  }

  receive(frame: string): Received {
    const opened = this.#opener === undefined ? frame : this.#opener.open(frame);
    if (opened === undefined)
      return { kind: "broken", message: "a frame was not sealed with the key of this connection, or is not the next one" };
    const taken = this.#intake.take(opened);
    if (taken === "more") return { kind: "more" };
    if (taken === "broken") return { kind: "broken", message: "the parts of a message do not fit together" };
    return parseMessage(taken.text);
  }

  #sendFrame(frame: string): boolean {
    if (this.#abandoned) return false;
    if (this.#socket.send(this.#seal === undefined ? frame : this.#seal.seal(frame))) return true;
    this.#abandoned = true;
    this.#socket.abandon();
    return false;
  }
}
