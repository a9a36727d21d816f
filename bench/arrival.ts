import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

/** A local socket to which a server under measurement connects when what is waited for has come to it. */
export class Arrival implements AsyncDisposable {
  readonly path: string;
  /** Resolves when it has come. */
  readonly arrived: Promise<unknown>;
  readonly #server: Server;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
    this.arrived = once(server, "connection");
  }

  static async open(directory: string): Promise<Arrival> {
    const path = join(directory, "arrival.sock");
    const server = createServer((socket) => socket.destroy());
    server.listen(path);
    await once(server, "listening");
    return new Arrival(path, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }
}
