import type { Message, Params } from "../support/servers/line-server.ts";
import type { StormLedger } from "./storm-ledger.ts";

export interface StormToolsOptions {
  readonly ledger: StormLedger;
  readonly replica: string;
  /** Does nothing twice for calls with the same idempotency key. */
  readonly honoursKey: boolean;
  readonly random: () => number;
  /** Whether anything may be written that is no message: over stdio it may. */
  readonly writesLines: boolean;
}

/** Where the answers to one client go. */
export interface Caller {
  send(text: string): void;
  /** Nobody waits any more for the answer to this request. */
  gone(id: string | number): boolean;
}

const READ = { readOnlyHint: true };
const IDEMPOTENT = { readOnlyHint: false, idempotentHint: true };
const ANNOTATIONS: Readonly<Record<string, object>> = {
  look: READ,
  slow: READ,
  find: READ,
  refuse: READ,
  put: IDEMPOTENT,
  undo: IDEMPOTENT,
  act: { readOnlyHint: false, destructiveHint: true },
};

const INPUT = {
  type: "object",
  properties: { ref: { type: "string" }, from: { type: "string" }, delay_ms: { type: "integer" } },
  required: ["ref"],
};
const OUTPUT = { type: "object", properties: { ref: { type: "string" } }, required: ["ref"] };

const SLOW_MS = 500;
/** As long as it takes to learn, also on a busy machine, that whoever asked has given up. */
const DELAY_MS = 20;

/**
 * What servers of the storm can do, however they are reached.
 *
 * 1. What was given up before it began is not done: a call that was cancelled, or whose client has gone. Without that no
 *    probe could say that a call which has not happened will not happen either.
 * 2. A use is in the ledger before it is answered.
 */
export class StormTools {
  readonly #options: StormToolsOptions;

  constructor(options: StormToolsOptions) {
    this.#options = options;
  }

  receive({ id, method, params = {} }: Message, caller: Caller): void {
    if (id === undefined) return;
    switch (method) {
      case "initialize":
        return reply(caller, id, {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "storm", version: "1.0.0" },
        });
      case "tools/list":
        return reply(caller, id, { tools: this.#tools() });
      case "tools/call":
        return this.#callLater(id, params, caller);
      case "ping":
        return reply(caller, id, {});
      default:
        return write(caller, { id, error: { code: -32_601, message: `there is no method ${method}` } });
    }
  }

  #tools(): readonly object[] {
    return Object.entries(ANNOTATIONS).map(([name, annotations]) => ({ name, annotations, inputSchema: INPUT, outputSchema: OUTPUT }));
  }

  #callLater(id: string | number, params: Params, caller: Caller): void {
    const weather = this.#options.ledger.weather();
    const given = Number(params.arguments?.["delay_ms"] ?? DELAY_MS);
    const delayMs = given + (this.#options.random() < weather.slow ? this.#options.random() * SLOW_MS : 0);
    // A process that was stopped finds its timers due when it goes on: first it has to hear what was said meanwhile.
    setTimeout(() => setImmediate(() => setImmediate(() => this.#call(id, params, caller))), delayMs);
  }

  #call(id: string | number, { name = "", arguments: given = {}, _meta: meta = {} }: Params, caller: Caller): void {
    if (caller.gone(id)) return; // 1
    const { ledger, replica, honoursKey, random, writesLines } = this.#options;
    const ref = String(given["ref"]);
    ledger.record({ key: String(meta["dev.tutti/idempotency-key"]), tool: name, ref, replica }, honoursKey && name === "act"); // 2
    if (writesLines && random() < ledger.weather().garbage) caller.send(`{"jsonrpc": "2.0", "id": ${random()}, nonsense\n`);
    if (name === "refuse") {
      reply(caller, id, { content: [{ type: "text", text: "it always says no" }], isError: true });
      return;
    }
    const found = name === "find" ? { found: ledger.happened(ref) } : {};
    const from = given["from"] === undefined ? {} : { from: given["from"] };
    const output = { ref, replica, ...from, ...found };
    reply(caller, id, { content: [{ type: "text", text: JSON.stringify(output) }], structuredContent: output });
  }
}

function reply(caller: Caller, id: string | number, result: object): void {
  write(caller, { id, result });
}

function write(caller: Caller, message: object): void {
  caller.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
}
