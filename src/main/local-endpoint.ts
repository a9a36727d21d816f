import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaskGroup } from "../base/task-group.ts";
import { clientMessage } from "../client/local-protocol.ts";
import type { ClientMessage, Endpoint, Introduction, OwnerMessage } from "../client/local-protocol.ts";
import { MessageStream } from "../client/message-stream.ts";
import { errorDocument } from "../contract/error-document.ts";
import type { Json } from "../base/json.ts";
import { isTuttiError } from "../model/errors.ts";
import type { OperationTable } from "./operation-table.ts";

/** A system takes socket paths of at most 104 or 108 bytes. */
const LONGEST_SOCKET_PATH = 100;

/**
 * Makes the operations for a client, which run on its own servers.
 *
 * @throws TuttiError - it is not taken
 */
export type Welcome = (introduction: Introduction, signal: AbortSignal) => Promise<OperationTable>;

/** Takes requests of other processes of this user. Disposing closes all connections; the clients take notice. */
export class LocalEndpoint implements AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly #server: Server;
  readonly #welcome: Welcome;
  readonly #clients = new Set<LocalSession>();
  readonly #left = new Set<() => void>();
  readonly #tasks = new TaskGroup();
  readonly #temporary: string | undefined;

  private constructor(listening: Listening, welcome: Welcome) {
    this.#server = listening.server;
    this.#temporary = listening.temporary;
    this.endpoint = { path: listening.path, token: randomBytes(32).toString("hex") };
    this.#welcome = welcome;
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
  }

  /** Listens in a directory of this user, or in a temporary one where that cannot have a socket. */
  static async open(directory: string, welcome: Welcome): Promise<LocalEndpoint> {
    return new LocalEndpoint((await listenIn(directory)) ?? (await listenSomewhere()), welcome);
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Resolves when no client is connected; rejects when the signal aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.#clients.size > 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#left.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        this.#left.add(done);
        signal.addEventListener("abort", done, { once: true });
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.#clients) client.close();
    await closed;
    await this.#tasks[Symbol.asyncDispose]();
    rmSync(this.#temporary ?? this.endpoint.path, { recursive: true, force: true });
  }

  #connected(socket: Socket): void {
    const session = new LocalSession(socket, { token: this.endpoint.token, welcome: this.#welcome, tasks: this.#tasks });
    this.#clients.add(session);
    socket.on("close", () => {
      this.#clients.delete(session);
      for (const left of this.#left) left();
    });
  }
}

interface Listening {
  readonly server: Server;
  readonly path: string;
  /** The directory that was made for the socket. */
  readonly temporary?: string;
}

/** Undefined when the path is too long for a socket, or the file system takes none. */
async function listenIn(directory: string): Promise<Listening | undefined> {
  const path = join(directory, "owner.sock");
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return undefined;
  try {
    // Left by an owner that was killed; whoever opens an endpoint holds the lock.
    rmSync(path, { force: true });
    return { server: await listen(path), path };
  } catch {
    return undefined;
  }
}

async function listenSomewhere(): Promise<Listening> {
  const temporary = mkdtempSync(join(tmpdir(), "tutti-"));
  const path = join(temporary, "owner.sock");
  return { server: await listen(path), path, temporary };
}

/** Both directories are this user's alone; so is the socket. */
async function listen(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** One client. */
class LocalSession {
  readonly #socket: Socket;
  readonly #host: { readonly token: string; readonly welcome: Welcome; readonly tasks: TaskGroup };
  readonly #stream: MessageStream;
  readonly #requests = new Map<number, AbortController>();
  readonly #left = new AbortController();
  #greeted = false;
  #table: OperationTable | undefined;

  constructor(socket: Socket, host: { readonly token: string; readonly welcome: Welcome; readonly tasks: TaskGroup }) {
    this.#socket = socket;
    this.#host = host;
    this.#stream = new MessageStream(socket, (message) => this.#receive(message));
    socket.on("close", () => {
      this.#left.abort(new Error("the client has left"));
      for (const request of this.#requests.values()) request.abort(new Error("the client has left"));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(message: OwnerMessage): void {
    this.#stream.send(message);
  }

  #receive(document: unknown): void {
    const parsed = clientMessage.safeParse(document);
    if (!parsed.success) return this.close();
    const message = parsed.data;
    const table = this.#table;
    if (message.type === "hello") this.#host.tasks.run(() => this.#hello(message));
    else if (table === undefined) this.close();
    else if (message.type === "abort") this.#requests.get(message.id)?.abort(new Error("the client has given up"));
    else this.#host.tasks.run(() => this.#answer(message, table));
  }

  /** Never rejects. */
  async #hello(message: ClientMessage & { type: "hello" }): Promise<void> {
    const expected = Buffer.from(this.#host.token);
    const given = Buffer.from(message.token);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return this.close();
    // A second one could make another caller out of this one.
    if (this.#greeted) return this.close();
    this.#greeted = true;
    try {
      this.#table = await this.#host.welcome(message, this.#left.signal);
      this.#send({ type: "welcome", pid: process.pid });
    } catch (error) {
      if (!isTuttiError(error)) return this.close();
      this.#send({ type: "unwelcome", document: errorDocument(error) as unknown as Json });
      this.#socket.end();
    }
  }

  /** Never rejects: whatever goes wrong is an answer. */
  async #answer({ id, operation, input }: ClientMessage & { type: "request" }, table: OperationTable): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(id, controller);
    try {
      const tell = (item: Json): void => this.#send({ type: "item", id, item });
      const output = await table.callByName(operation, input, { signal: controller.signal, tell });
      this.#send({ type: "answer", id, output });
    } catch (error) {
      if (isTuttiError(error)) this.#send({ type: "refusal", id, document: errorDocument(error) as unknown as Json });
      else this.#send({ type: "fault", id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#requests.delete(id);
    }
  }
}
