import { join } from "node:path";
import { createEnvelopeServer, type Json, type JsonObject } from "tutti/server";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { OpenServer } from "../../servers/kit/serve-reference-server.ts";
import { inRepository } from "./built-command.ts";

/** What is beside the arguments of a call. */
export interface Beside {
  /** Default `acme`. */
  readonly tenant?: string;
  /** Who asks, as a trusted caller has found out. Only of held servers. */
  readonly user?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** A reference server in this process: its tools as the envelope brings them, without a wire. Disposing closes it. */
export interface HeldServer extends AsyncDisposable {
  /** What the tool gives. Throws an Error with the message of the refusal. */
  call<Answer = JsonObject>(tool: string, parameters?: object, beside?: Beside): Promise<Answer>;
  /** The message with which the tool says no. Throws when it does not. */
  refusal(tool: string, parameters?: object, beside?: Beside): Promise<string>;
}

export async function hold(opening: OpenServer | Promise<OpenServer>): Promise<HeldServer> {
  const opened = await opening;
  const faults: unknown[] = [];
  const { name, tools } = opened.server;
  const server = createEnvelopeServer({ serverId: name, tools, onFault: (error) => faults.push(error) });
  const ask = async (tool: string, parameters: object, { tenant = "acme", user, key, signal }: Beside): Promise<Answered> => {
    const meta = { tenant, ...(user === undefined ? {} : { security: { userId: user } }) };
    const envelope = { meta, data: { tool, parameters: parameters as Record<string, Json> } };
    const settings = { ...(key === undefined ? {} : { idempotencyKey: key }), ...(signal === undefined ? {} : { signal }) };
    const { data, error } = await server.handleEnvelopeCall(envelope, settings);
    // A fault of the tool is a bug, whatever the test expects.
    if (faults.length > 0) throw new Error(`${tool} has a fault`, { cause: faults[0] });
    return { result: data?.result, ...(error === undefined ? {} : { refusal: error.message }) };
  };
  return {
    async call<Answer>(tool: string, parameters = {}, beside = {}) {
      const { result, refusal } = await ask(tool, parameters, beside);
      if (refusal !== undefined) throw new Error(refusal);
      return result as Answer;
    },
    async refusal(tool, parameters = {}, beside = {}) {
      const { result, refusal } = await ask(tool, parameters, beside);
      if (refusal === undefined) throw new Error(`${tool} did it: ${JSON.stringify(result).slice(0, 1_000)}`);
      return refusal;
    },
    [Symbol.asyncDispose]: async () => await opened[Symbol.asyncDispose](),
  };
}

interface Answered {
  readonly result: unknown;
  readonly refusal?: string;
}

/** A reference server as a process of its own, over stdio. Disposing ends it. */
export interface StartedServer extends AsyncDisposable {
  readonly client: Client;
  call<Answer = JsonObject>(tool: string, parameters?: object, beside?: Beside): Promise<Answer>;
  refusal(tool: string, parameters?: object, beside?: Beside): Promise<string>;
  /** With SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** @param environment - beside PATH and HOME, all that it gets */
export async function start(name: string, environment: Readonly<Record<string, string>>): Promise<StartedServer> {
  const file = inRepository(join("servers", name, "start.ts"));
  const { PATH = "", HOME = "" } = process.env;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [file],
    env: { PATH, HOME, ...environment },
    stderr: "pipe",
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  const gone = new Promise<void>((resolve) => {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has no event listeners
    client.onclose = resolve;
  });
  const ask = async (tool: string, parameters: object, { tenant = "acme", key, signal }: Beside) => {
    const _meta = { "dev.tutti/envelope": { meta: { tenant } }, ...(key === undefined ? {} : { "dev.tutti/idempotency-key": key }) };
    return await client.callTool({ name: tool, arguments: { ...parameters }, _meta }, signal === undefined ? {} : { signal });
  };
  const textOf = (content: unknown): string => (content as { text?: string }[]).map(({ text = "" }) => text).join("\n");
  return {
    client,
    async call<Answer>(tool: string, parameters = {}, beside = {}) {
      const { isError, content, structuredContent } = await ask(tool, parameters, beside);
      if (isError === true) throw new Error(textOf(content));
      return structuredContent as Answer;
    },
    async refusal(tool, parameters = {}, beside = {}) {
      const { isError, content } = await ask(tool, parameters, beside);
      if (isError !== true) throw new Error(`${tool} did it: ${textOf(content).slice(0, 1_000)}`);
      return textOf(content);
    },
    async kill() {
      if (transport.pid !== null) process.kill(transport.pid, "SIGKILL");
      await gone;
    },
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}
