import { StringDecoder } from "node:string_decoder";
import type { Socket } from "node:net";

/** The largest message: the largest output of a step, and room around it. */
const LONGEST_MESSAGE = 192 * 1024 * 1024;

/** What may wait to be sent to a reader that does not read. */
const MOST_UNSENT_BYTES = 256 * 1024 * 1024;

/** JSON messages over a socket, one per line. */
export class MessageStream {
  readonly #socket: Socket;
  readonly #decoder = new StringDecoder("utf8");
  #rest: string[] = [];
  #restLength = 0;

  /** @param receive - is told each message; a line that is no JSON ends the connection */
  constructor(socket: Socket, receive: (message: unknown) => void) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#read(this.#decoder.write(chunk), receive));
    // What follows is always "close", which is listened for.
    socket.on("error", () => undefined);
  }

  /** Sends a message. One that cannot be sent any more is dropped: the other side has gone. */
  send(message: unknown): void {
    if (!this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (this.#socket.writableLength > MOST_UNSENT_BYTES) this.#socket.destroy();
  }

  #read(text: string, receive: (message: unknown) => void): void {
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      const whole = this.#rest.length === 0 ? line : this.#rest.join("") + line;
      this.#rest = [];
      this.#restLength = 0;
      if (!this.#deliver(whole, receive)) return;
    }
    if (last === "") return;
    this.#rest.push(last);
    this.#restLength += last.length;
    if (this.#restLength > LONGEST_MESSAGE) this.#socket.destroy();
  }

  #deliver(line: string, receive: (message: unknown) => void): boolean {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#socket.destroy();
      return false;
    }
    receive(message);
    return true;
  }
}
