import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { createProgressGate } from "./progress-gate.ts";
import { readMessages } from "./read-messages.ts";
import { repairTools } from "./repair-tools.ts";
import { LINE_CHARACTERS_MAX, type ServerLogLine } from "./server-log.ts";
import type { SessionPorts } from "./session-ports.ts";

/** What a server may send that is no message, over the life of a connection. */
const NOISE_BYTES_MAX = 2 ** 20;

export interface MessageIntakeParts {
  readonly ports: SessionPorts;
  /** Where noise comes from. */
  readonly source: ServerLogLine["source"];
  readonly deliver: (message: JSONRPCMessage) => void;
  /** There was more than 1 MiB of noise. */
  readonly tooNoisy: (noiseBytes: number) => void;
}

/**
 * Makes messages of what comes over a connection piece by piece, and hands them on in an order in which the SDK loses none.
 * What is no message is logged and left out.
 */
export class MessageIntake {
  /** Whether the server speaks the newer era. */
  modern = false;
  readonly #parts: MessageIntakeParts;
  readonly #admits: (message: JSONRPCMessage) => boolean;
  #notifying = false;
  #noiseBytes = 0;

  constructor(parts: MessageIntakeParts) {
    this.#parts = parts;
    this.#admits = createProgressGate(parts.ports.clock);
  }

  take(text: string, sizeBytes: number): void {
    const messages = readMessages(text);
    if (messages === undefined) return this.#noise(text, sizeBytes);
    for (const message of messages) if (this.#admits(message)) this.#pass(message);
  }

  /**
   * The SDK handles a notification one microtask after it has come, and an answer at once. Progress that comes in one chunk
   * with the answer would be too late, so after a notification an answer takes the same time.
   */
  #pass(message: JSONRPCMessage): void {
    const deliver = (): void => this.#parts.deliver(this.modern ? repairTools(message) : message);
    const notifies = "method" in message && !("id" in message);
    if (this.#notifying && !notifies) return queueMicrotask(deliver);
    deliver();
    if (!notifies || this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
    });
  }

  #noise(text: string, sizeBytes: number): void {
    const { ports, source, tooNoisy } = this.#parts;
    if (text.trim() !== "") ports.log.write({ server: ports.server, source, text: text.slice(0, LINE_CHARACTERS_MAX) });
    this.#noiseBytes += sizeBytes + 1;
    if (this.#noiseBytes > NOISE_BYTES_MAX) tooNoisy(this.#noiseBytes);
  }
}
