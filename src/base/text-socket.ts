import type { Socket } from "node:net";
import { WebSocket, type RawData } from "ws";
import type { Clock } from "./clock.ts";
import type { Ms } from "./duration.ts";

/** The peer is asked so often whether it is there, unless somebody is in more of a hurry. */
const PING_EVERY_MS: Ms = 5_000;
/** Silent times in a row after which it is taken for dead: 15 to 20 s. One is none, because this process may have been asleep. */
const SILENT_TIMES_MAX = 3;
/** While bytes of ours wait to be sent it cannot have got the ping behind them. */
const SILENT_TIMES_MAX_WHILE_SENDING = 12;
const CLOSED_WITHIN_MS: Ms = 1_000;
/** What a peer that does not read may make us keep. */
const UNSENT_BYTES_MAX = 128 * 2 ** 20;

export interface TextSocketParts {
  /** Open. Errors before that are not its business. */
  readonly socket: WebSocket;
  /** What it runs over; the bytes that come here tell that the peer lives, also in the middle of a long message. */
  readonly wire: Pick<Socket, "bytesRead">;
  readonly clock: Clock;
  /** A whole message, also when it came as bytes: these are read as UTF-8, as some servers send nothing else. */
  readonly receive: (text: string, sizeBytes: number) => void;
  /** Told once, when it is closed for good, whoever has closed it. */
  readonly ended: (end: SocketEnd) => void;
  /** The peer is asked so often whether it is there; three times that without a word, and it is taken for dead. Default 5 s. */
  readonly pingEveryMs?: Ms;
}

/** Why a socket is closed. */
export interface SocketEnd {
  /** As RFC 6455 numbers it; 1006 when there was no farewell. */
  readonly code: number;
  /** Continues "the connection was lost:". */
  readonly message: string;
}

/**
 * A WebSocket that carries text.
 *
 * 1. A peer that is gone without a farewell is noticed although nothing is asked of it: `ended` is told within four times
 *    `pingEveryMs` (20 s), or thirteen times (a minute) while it takes what is being sent.
 * 2. What `send` has not taken has not left this process.
 * 3. When `close` resolves there is no socket and no timer left.
 */
export class TextSocket {
  readonly #parts: TextSocketParts;
  readonly #closed = Promise.withResolvers<void>();
  #fault: string | undefined;
  #timer: Disposable;
  #seenBytes: number;
  #silentTimes = 0;

  constructor(parts: TextSocketParts) {
    this.#parts = parts;
    this.#seenBytes = parts.wire.bytesRead;
    const { socket } = parts;
    socket.on("message", (data) => {
      const bytes = asBuffer(data);
      parts.receive(bytes.toString("utf8"), bytes.length);
    });
    socket.on("error", (error) => {
      this.#fault ??= faultWords(error);
    });
    socket.on("close", (code, reason) => this.#end(code, reason.toString("utf8")));
    this.#timer = this.#watch();
  }

  /** False when nothing was sent: the peer is gone, or does not read. */
  send(text: string): boolean {
    const { socket } = this.#parts;
    if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > UNSENT_BYTES_MAX) return false;
    socket.send(text);
    return true;
  }

  /** Says farewell, and does not wait for long for that of the peer. */
  async close(code = 1_000): Promise<void> {
    const { socket, clock } = this.#parts;
    if (socket.readyState === WebSocket.CLOSED) return;
    using _limit = clock.after(CLOSED_WITHIN_MS, () => socket.terminate());
    socket.close(code);
    await this.#closed.promise;
  }

  #watch(): Disposable {
    const { socket, wire, clock, pingEveryMs = PING_EVERY_MS } = this.#parts;
    return clock.after(pingEveryMs, () => {
      const times = wire.bytesRead === this.#seenBytes ? this.#silentTimes + 1 : 0;
      this.#seenBytes = wire.bytesRead;
      this.#silentTimes = times;
      if (times >= (socket.bufferedAmount > 0 ? SILENT_TIMES_MAX_WHILE_SENDING : SILENT_TIMES_MAX)) {
        this.#fault = `nothing has come from it for ${(times * pingEveryMs) / 1_000} s, not even an answer to a ping`;
        socket.terminate();
        return;
      }
      socket.ping();
      this.#timer = this.#watch();
    });
  }

  #end(code: number, reason: string): void {
    this.#timer[Symbol.dispose]();
    this.#closed.resolve();
    this.#parts.ended({ code, message: this.#fault ?? closeWords(code, reason) });
  }
}

function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** What ws found wrong with what came, or what the system says of the connection. */
function faultWords(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return "it sent a message that is larger than what is taken";
  if (code === "WS_ERR_INVALID_UTF8") return "it sent text that is not UTF-8";
  return code.startsWith("WS_ERR_") ? `it broke the WebSocket protocol (${error.message})` : error.message;
}

function closeWords(code: number, reason: string): string {
  const words = CLOSE_WORDS[code] ?? `it closed the connection with code ${code}`;
  return reason === "" ? words : `${words}: ${reason}`;
}

const CLOSE_WORDS: Readonly<Record<number, string>> = {
  1000: "it closed the connection",
  1001: "it is shutting down",
  1002: "it does not understand what was sent (code 1002)",
  1003: "it does not take such messages (code 1003)",
  1005: "it closed the connection",
  1006: "it broke off",
  1007: "it takes what was sent for broken text (code 1007)",
  1008: "it does not allow that (code 1008)",
  1009: "what was sent is too large for it (code 1009)",
  1011: "it failed (code 1011)",
  1012: "it is restarting",
  1013: "it has too much to do (code 1013)",
  1014: "the server behind it failed (code 1014)",
};
