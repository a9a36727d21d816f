import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import type { StdioConnection } from "../model/server.ts";
import { isModern } from "./era.ts";
import { createLineReader } from "./line-reader.ts";
import { MessageIntake } from "./message-intake.ts";
import { NotSentError } from "./not-sent-error.ts";
import { LINE_CHARACTERS_MAX } from "./server-log.ts";
import { type ProcessEnd, ServerProcess } from "./server-process.ts";
import type { SessionPorts } from "./session-ports.ts";
import { type Ending, faultAnswer, MESSAGE_BYTES_MAX, type ServerTransport, WireFault } from "./wire-fault.ts";

const DEATH_KNOWN_WITHIN_MS = 500;

/**
 * JSON-RPC messages as lines over the stdio of a child process.
 *
 * Unlike the SDK's own it takes messages of up to 128 MiB, ends the whole process group, notices a death without
 * waiting for a grandchild to close the pipe, and decodes without a schema per message: what comes is checked where
 * it is used.
 */
export class StdioTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #connection: StdioConnection;
  readonly #ports: SessionPorts;
  readonly #intake: MessageIntake;
  #starting: Promise<void> | undefined;
  #process: ServerProcess | undefined;
  #ending: Ending | undefined;
  #closing: Promise<void> | undefined;
  readonly #gone = Promise.withResolvers<void>();

  constructor(connection: StdioConnection, ports: SessionPorts) {
    this.#connection = connection;
    this.#ports = ports;
    this.#intake = new MessageIntake({
      ports,
      source: "stdout",
      deliver: (message) => {
        if (this.#closing === undefined) this.onmessage?.(message);
      },
      tooNoisy: (noiseBytes) =>
        this.#end({ message: "it wrote more than 1 MiB to its stdout that is no MCP message", detail: { noise_bytes: noiseBytes } }),
    });
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  stderr(): readonly string[] {
    return this.#process?.stderr() ?? [];
  }

  /** Starting a second time does nothing: the question for the era comes before the SDK starts it. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  setProtocolVersion(version: string): void {
    this.#intake.modern = isModern(version);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#process?.write(`${JSON.stringify(message)}\n`) === true) return;
    // A pipe breaks a moment before the death behind it is known, and only the death tells why.
    using _patience = this.#ports.clock.after(DEATH_KNOWN_WITHIN_MS, () => this.#gone.resolve());
    await this.#gone.promise;
    throw this.#ending === undefined ? new NotSentError() : new NotSentError(this.#ending.message);
  }

  /** Calls in flight fail at once; resolves when no process of the server is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<void> {
    const line = (bytes: Buffer): void => this.#intake.take(bytes.toString("utf8"), bytes.length);
    const read = createLineReader({ line, oversized: (both) => this.#oversized(both) }, MESSAGE_BYTES_MAX);
    this.#process = await ServerProcess.start(this.#connection, this.#ports.clock, {
      stdout: read,
      stderr: (text) => this.#ports.log.write({ server: this.#ports.server, source: "stderr", text: text.slice(0, LINE_CHARACTERS_MAX) }),
      gone: (end) => this.#end(describeEnd(end, this.stderr())),
    });
    // Closed while it was starting: nobody else will stop it.
    if (this.#closing !== undefined) await this.#process.stop();
  }

  async #close(): Promise<void> {
    this.#gone.resolve();
    this.onclose?.();
    await this.#process?.stop();
  }

  #end(ending: Ending): void {
    if (this.#closing !== undefined) return;
    this.#ending = ending;
    this.#gone.resolve();
    void this.close();
  }

  #oversized(line: { readonly head: Buffer; readonly tail: Buffer; readonly sizeBytes: number }): void {
    const fault = new WireFault("oversized", `the answer has ${line.sizeBytes} bytes; at most ${MESSAGE_BYTES_MAX} are taken`);
    const id = responseId(line.head.toString("utf8"), line.tail.toString("utf8"));
    if (id === undefined) this.#end({ message: `${fault.message}, and it does not say which call it answers`, detail: null });
    else this.onmessage?.(faultAnswer(id, fault));
  }
}

/** The id of a response of which only both ends are known. Servers write it first or last, and it is a number as we sent it. */
function responseId(head: string, tail: string): number | undefined {
  const match = /^\s*\{(?:"jsonrpc":\s*"2\.0",\s*)?"id":\s*(\d{1,15})\s*,/.exec(head) ?? /,\s*"id":\s*(\d{1,15})\s*\}\s*$/.exec(tail);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function describeEnd(end: ProcessEnd, stderr: readonly string[]): Ending {
  const how =
    end.signal !== undefined
      ? `its process was ended by ${end.signal}`
      : end.exitCode !== undefined
        ? `its process ended with exit code ${end.exitCode}`
        : "it closed its side of the pipe";
  const lastWords = stderr.at(-1);
  return {
    message: lastWords === undefined ? how : `${how}; its last words: ${lastWords}`,
    detail: { exit_code: end.exitCode ?? null, signal: end.signal ?? null, stderr },
  };
}
