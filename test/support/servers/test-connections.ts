import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import { openConnections } from "../../../src/mcp-client/open-connections.ts";
import type { ServerLogLine } from "../../../src/mcp-client/server-log.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { ServerConfig, TlsConfig } from "../../../src/model/server.ts";
import type { Connections } from "../../../src/ports/connections.ts";
import type { Elicitor } from "../../../src/ports/elicitation.ts";
import type { CallProgress } from "../../../src/ports/tool-caller.ts";
import { serverConfig } from "../server-config.ts";

/** A server of this folder, started with Node. */
export function testServer(file: string, args: readonly string[] = [], more: Partial<ServerConfig> = {}): ServerConfig {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return serverConfig({ connection: { kind: "stdio", command: process.execPath, args: [path, ...args], env: {} }, ...more });
}

/** A server that listens somewhere. */
export function httpServer(url: string, more: Partial<ServerConfig> = {}): ServerConfig {
  return serverConfig({ connection: { kind: "http", url, headers: {} }, ...more });
}

/** The same over a WebSocket. */
export function webSocketServer(url: string, more: Partial<ServerConfig> = {}): ServerConfig {
  return serverConfig({ connection: { kind: "websocket", url, headers: {} }, ...more });
}

/** Connections as a test needs them: to one server named `s`, with what it logged and what it was asked. */
export interface TestConnections extends AsyncDisposable {
  readonly connections: Connections;
  readonly log: readonly ServerLogLine[];
  readonly signal: AbortSignal;
  call(tool: string, input?: JsonObject, more?: TestCall): Promise<CallOutcome>;
}

interface TestPorts {
  /** Default: nobody can be asked. */
  readonly elicitor?: Elicitor;
  /** Default: real time. */
  readonly clock?: Clock;
  /** Certificates for all connections. */
  readonly tls?: TlsConfig;
}

interface TestCall {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly meta?: JsonObject;
  readonly progress?: (progress: CallProgress) => void;
  readonly sent?: () => void;
}

export function openTestConnections(
  config: ServerConfig,
  { elicitor = nobody, clock = systemClock, tls = {} }: TestPorts = {},
): TestConnections {
  const log: ServerLogLine[] = [];
  const connections = openConnections({
    servers: [config],
    clock,
    elicitor,
    log: { write: (line) => void log.push(line) },
    clientVersion: "0.0.0",
    tls,
  });
  const { signal } = new AbortController();
  return {
    connections,
    log,
    signal,
    call: (tool, input = {}, more = {}) =>
      connections.call(
        { server: config.name, tool, arguments: input, meta: more.meta ?? {}, timeoutMs: more.timeoutMs ?? 20_000 },
        { progress: (progress) => more.progress?.(progress), stage: (stage) => (stage === "sent" ? more.sent?.() : undefined) },
        more.signal ?? signal,
      ),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

const nobody: Elicitor = { ask: () => Promise.resolve(undefined) };

/** A server program that listens on a port of its own. */
export interface ListeningServer extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** All that it has written there. */
  stderr(): string;
}

/** Starts a program of this folder that writes its address to stdout; it is gone when this is disposed. */
export async function startListening(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ListeningServer> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(line.toString("utf8").trim()));
    child.once("exit", () => reject(new Error(`${file} ended before it listened: ${stderr}`)));
  });
  return {
    url,
    process: child,
    stderr: () => stderr,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** A program from elsewhere that listens on a port that it is told in PORT, and says so in words. */
export async function startProgram(
  path: string,
  args: readonly string[],
  ready: RegExp,
): Promise<AsyncDisposable & { readonly port: number; readonly process: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PORT: String(port) },
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      if (ready.test(said)) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("exit", () => reject(new Error(`${path} ended before it listened: ${said}`)));
  });
  return {
    port,
    process: child,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("a server that listens has a port");
  return address.port;
}
