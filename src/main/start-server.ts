import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import { loadConfig } from "./config.ts";
import type { ConfigRequest } from "./config.ts";
import { listenPlace } from "./listen-place.ts";
import { validateServicePort } from "./service-port.ts";

/** How {@link startServer} starts a process that serves. */
export interface StartServerOptions extends Partial<Omit<ConfigRequest, "workflowFile">> {
  /** Default: 30 s. Until then it has taken up what was interrupted, and answers. */
  readonly readyWithinMs?: Ms;
  /** Default: 30 s. Then it is killed, and what has not ended is taken up by the next one. */
  readonly stopWithinMs?: Ms;
  /** Takes the lines of its log. Default: they are dropped. */
  readonly log?: (line: string) => void;
}

/** How a process has ended. */
export interface ServerEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that serves, started by this one. Disposing stops it; it ends with this process too. */
export interface StartedServer extends AsyncDisposable {
  /** Stays the same when it is started again. */
  readonly url: string;
  readonly pid: number;
  /** Whether its process runs: it may have ended by itself. */
  readonly isRunning: boolean;
  /** Resolves when the process that runs now has ended, for whatever reason. */
  readonly ended: Promise<ServerEnd>;
  /** Stops it and starts it anew, with the configuration as it is then. @throws TuttiError - as {@link startServer} */
  restart(): Promise<void>;
  /** Lets it end in order. When this resolves it has ended. */
  stop(): Promise<ServerEnd>;
}

/**
 * Starts `tutti serve` as a process of its own, once it is known that its port may be had, and waits until it answers.
 *
 * @throws TuttiError `config.invalid`, `file.unreadable`, `usage`, `port.reserved`, `port.taken`;
 * `server.unavailable` - it ended, or did not answer in time; its last words are in the details
 */
export async function startServer(options: StartServerOptions = {}): Promise<StartedServer> {
  let running = await launch(options, options.port);
  return {
    get url() {
      return running.url;
    },
    get pid() {
      return running.pid;
    },
    get isRunning() {
      return running.isRunning;
    },
    get ended() {
      return running.ended;
    },
    async restart() {
      await running.stop();
      running = await launch(options, Number(new URL(running.url).port));
    },
    stop: async () => await running.stop(),
    async [Symbol.asyncDispose]() {
      await running.stop();
    },
  };
}

const READY_MS = 30_000;
const STOP_MS = 30_000;
const COMMAND = fileURLToPath(new URL("../../bin/tutti.js", import.meta.url));

interface Running {
  readonly url: string;
  readonly pid: number;
  readonly isRunning: boolean;
  readonly ended: Promise<ServerEnd>;
  stop(): Promise<ServerEnd>;
}

async function launch(options: StartServerOptions, port: number | undefined): Promise<Running> {
  const { workingDirectory = process.cwd(), environment = process.env, configFile, dataDirectory, host } = options;
  const request = { ...options, workingDirectory, environment };
  const place = await listenPlace("server", loadConfig(port === undefined ? request : { ...request, port }));
  await validateServicePort(place);
  const given = { config: configFile, "data-dir": dataDirectory, host, port };
  const flags = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  const child = spawn(process.execPath, [COMMAND, "serve", "--json", ...flags], {
    cwd: workingDirectory,
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<ServerEnd>((resolve) => {
    child.once("error", () => resolve({ exitCode: null, signal: null }));
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const orphaned = (): void => void child.kill("SIGTERM");
  process.once("exit", orphaned);
  void ended.then(() => process.off("exit", orphaned));
  const url = await readyUrl(child, ended, options);
  const stop = async (): Promise<ServerEnd> => await end(child, ended, options.stopWithinMs ?? STOP_MS);
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    stop,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
  };
}

const LAST_WORDS = 20;

/** What it prints when it answers is where it does. */
async function readyUrl(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream },
  ended: Promise<ServerEnd>,
  { readyWithinMs = READY_MS, log = () => undefined }: StartServerOptions,
): Promise<string> {
  const lastWords: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastWords.push(line);
    if (lastWords.length > LAST_WORDS) lastWords.shift();
    log(line);
  });
  let printed = "";
  const announced = new Promise<string | undefined>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
      const url = memberOf(printed, "url");
      if (url !== undefined) resolve(url);
    });
    void ended.then(() => resolve(undefined));
  });
  using limit = deadline(systemClock, new AbortController().signal, readyWithinMs, () => new Error("its time is up"));
  limit.signal.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
  const url = await announced;
  if (url !== undefined) return url;
  const { exitCode, signal } = await ended;
  const end = limit.expired ? `did not answer within ${readyWithinMs} ms` : `ended with ${exitCode ?? signal ?? "nothing"}`;
  const why = memberOf(printed, "error", "message") ?? lastWords.at(-1);
  const message = `the process that was to serve ${end}${why === undefined ? "" : `: ${why}`}`;
  throw new TuttiError("server.unavailable", message, { server: "tutti serve", stderr: lastWords });
}

/** Text in a JSON document that may not be there in full yet. */
function memberOf(text: string, ...keys: readonly string[]): string | undefined {
  try {
    const found = keys.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), JSON.parse(text) as Json);
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess, ended: Promise<ServerEnd>, withinMs: Ms): Promise<ServerEnd> {
  child.kill("SIGTERM");
  using _limit = systemClock.after(withinMs, () => child.kill("SIGKILL"));
  return await ended;
}
