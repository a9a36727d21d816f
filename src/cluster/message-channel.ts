import type { ClusterMessage } from "./cluster-message.ts";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { FrameOpener, FrameSeal } from "./frame-seal.ts";
import { parseMessage, printMessage, type ParsedMessage } from "./message-codec.ts";
import { isLong, MESSAGE_CHARACTERS_MAX, PartIntake, partsOf } from "./message-parts.ts";

/** What a frame is that came from the other side: a message, a part of one, or one for which the connection has to end. */
export type Received = ParsedMessage | { readonly kind: "more" } | { readonly kind: "broken"; readonly message: string };

/** With what both directions are sealed. */
export interface ChannelKeys {
  readonly send: Buffer;
  readonly receive: Buffer;
}

/** With that much unsent, the parts of a long message wait: what is short must not wait behind all of it. */
const UNSENT_BYTES_MAX = 2 * 2 ** 20;
/** How often the parts that wait are looked after. */
const LOOK_EVERY_MS: Ms = 5;
/** Of all long messages that wait for one connection. */
const WAITING_CHARACTERS_MAX = 3 * MESSAGE_CHARACTERS_MAX;

/** What messages travel over. */
export interface ChannelSocket {
  /** False when it takes nothing any more. */
  send(text: string): boolean;
  /** What it has been given and the system has not yet taken, in bytes. */
  unsent(): number;
  /** Ends the connection at once. */
  abandon(): void;
}

export interface ChannelParts {
  readonly socket: ChannelSocket;
  readonly clock: Clock;
  readonly keys: ChannelKeys | undefined;
  /** Whether the other side may send messages that are longer than a frame. */
  readonly longMessages: boolean;
}

interface LongMessage {
  readonly parts: Iterator<string, void>;
  readonly characters: number;
}

/**
 * Messages over a connection that has been joined: sealed where there is a key, and in parts where they are long.
 *
 * 1. A frame that the socket does not take ends the connection: those that follow would not fit to what has gone before.
 * 2. Long messages are sent one after the other. Short ones overtake them.
 */
export class MessageChannel implements Disposable {
  readonly #parts: ChannelParts;
  readonly #seal: FrameSeal | undefined;
  readonly #opener: FrameOpener | undefined;
  readonly #intake = new PartIntake();
  readonly #long: LongMessage[] = [];
  #waitingCharacters = 0;
  #timer: Disposable | undefined;
  #closed = false;

  constructor(parts: ChannelParts) {
    const { keys } = parts;
    this.#parts = parts;
    this.#seal = keys === undefined ? undefined : new FrameSeal(keys.send);
    this.#opener = keys === undefined ? undefined : new FrameOpener(keys.receive);
  }

  /** False when the other side will never see it: it cannot be sent, or nobody takes it. A long one may still be on its way. */
  send(message: ClusterMessage): boolean {
    const text = printMessage(message);
    return text !== undefined && this.sendText(text);
  }

  /** As {@link send}, for what is sent to many. */
  sendText(text: string): boolean {
    if (!isLong(text)) return this.#sendFrame(text);
    if (this.#closed || text.length > MESSAGE_CHARACTERS_MAX) return false;
    if (this.#waitingCharacters + text.length > WAITING_CHARACTERS_MAX) return false;
    this.#waitingCharacters += text.length;
    this.#long.push({ parts: partsOf(text), characters: text.length });
    if (this.#timer === undefined) this.#sendParts();
    return true;
  }

  receive(frame: string): Received {
    const opened = this.#opener === undefined ? frame : this.#opener.open(frame);
    if (opened === undefined)
      return { kind: "broken", message: "a frame was not sealed with the key of this connection, or is not the next one" };
    const taken = this.#intake.take(opened);
    if (taken === "more" && this.#parts.longMessages) return { kind: "more" };
    if (taken === "more") return { kind: "broken", message: "only machines send messages that are longer than a frame" };
    if (taken === "broken") return { kind: "broken", message: "the parts of a message do not fit together" };
    return parseMessage(taken.text);
  }

  /** Sends nothing any more. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#long.length = 0;
  }

  #sendParts(): void {
    const { socket, clock } = this.#parts;
    this.#timer = undefined;
    for (let [first] = this.#long; first !== undefined; [first] = this.#long) {
      if (socket.unsent() > UNSENT_BYTES_MAX) {
        this.#timer = clock.after(LOOK_EVERY_MS, () => this.#sendParts());
        return;
      }
      const { done, value } = first.parts.next();
      if (done !== true) {
        if (!this.#sendFrame(value)) return;
        continue;
      }
      this.#long.shift();
      this.#waitingCharacters -= first.characters;
    }
  }

  #sendFrame(frame: string): boolean {
    const { socket } = this.#parts;
    if (this.#closed) return false;
    if (socket.send(this.#seal === undefined ? frame : this.#seal.seal(frame))) return true;
    this[Symbol.dispose]();
    socket.abandon();
    return false;
  }
}
