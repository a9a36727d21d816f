import { createConnection } from "node:net";
import type { Socket } from "node:net";
import * as z from "zod";
import type { Json } from "../base/json.ts";
import { readErrorDocument } from "../contract/error-document.ts";
import type { Operation } from "../contract/operation.ts";
import { ownerMessage } from "./local-protocol.ts";
import type { ClientMessage, Endpoint, Introduction, OwnerMessage } from "./local-protocol.ts";
import { MessageStream } from "./message-stream.ts";
import type { CallOptions, OperationClient } from "./operation-client.ts";

/** The owner has gone, and with it what was asked: it may or may not have been done. */
export class OwnerLeftError extends Error {
  override readonly name = "OwnerLeftError";
}

interface Pending {
  readonly resolve: (output: Json) => void;
  readonly reject: (error: unknown) => void;
  readonly item: (item: Json) => void;
}

/** Calls operations in the process that owns a data directory. */
export class LocalClient implements OperationClient, Disposable {
  readonly #socket: Socket;
  readonly #stream: MessageStream;
  readonly #pending = new Map<number, Pending>();
  readonly #welcome = Promise.withResolvers<number>();
  #lastId = 0;
  #ownerPid = 0;
  #left = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#stream = new MessageStream(socket, (message) => this.#receive(message));
    socket.on("close", () => this.#ownerLeft());
  }

  /**
   * Connects to the owner.
   *
   * @throws OwnerLeftError - nobody is there; the reason of the signal when that aborts before
   * @throws TuttiError `identity.invalid`, `tenant.invalid`, `access.denied` - it does not take us
   */
  static async connect(endpoint: Endpoint, introduction: Introduction, signal: AbortSignal): Promise<LocalClient> {
    signal.throwIfAborted();
    const client = new LocalClient(createConnection(endpoint.path));
    const giveUp = (): void => {
      client.#welcome.reject(signal.reason);
      client.#socket.destroy();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      client.#send({ type: "hello", token: endpoint.token, ...introduction });
      client.#ownerPid = await client.#welcome.promise;
      return client;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  get ownerPid(): number {
    return this.#ownerPid;
  }

  async call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, options: CallOptions<Item>): Promise<Output> {
    options.signal.throwIfAborted();
    if (this.#left) throw new OwnerLeftError("the process that owns the data directory has ended");
    const id = (this.#lastId += 1);
    const answer = Promise.withResolvers<Json>();
    const item = (document: Json): void => {
      if (operation.item !== undefined) options.tell?.(operation.item.parse(document));
    };
    this.#pending.set(id, { ...answer, item });
    const abort = (): void => {
      this.#send({ type: "abort", id });
      answer.reject(options.signal.reason);
    };
    options.signal.addEventListener("abort", abort, { once: true });
    try {
      this.#send({ type: "request", id, operation: operation.name, input: z.encode(operation.input, input) as Json });
      return operation.output.parse(await answer.promise);
    } finally {
      options.signal.removeEventListener("abort", abort);
      this.#pending.delete(id);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.end();
    this.#socket.unref();
  }

  #send(message: ClientMessage): void {
    this.#stream.send(message);
  }

  #receive(document: unknown): void {
    const parsed = ownerMessage.safeParse(document);
    if (!parsed.success) {
      this.#socket.destroy();
      return;
    }
    const message: OwnerMessage = parsed.data;
    if (message.type === "welcome") {
      this.#welcome.resolve(message.pid);
      return;
    }
    if (message.type === "unwelcome") {
      this.#welcome.reject(refusalIn(message.document));
      return;
    }
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.type === "item") pending.item(message.item);
    else if (message.type === "answer") pending.resolve(message.output);
    else if (message.type === "refusal") pending.reject(refusalIn(message.document));
    else pending.reject(new Error(message.message));
  }

  #ownerLeft(): void {
    this.#left = true;
    const error = new OwnerLeftError("the process that owns the data directory has ended");
    this.#welcome.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
  }
}

function refusalIn(document: Json): Error {
  return readErrorDocument(document) ?? new Error("the owner refused in an unknown way");
}
