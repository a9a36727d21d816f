import { appendFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Answer, API_NAMES, type ApiName, CREDENTIALS, serviceAnswer } from "./services.ts";

interface WorldSettings {
  /** Where it may write: `requests.log`. */
  readonly out: string;
  /** `--down NAME`: that service answers nothing but 500. */
  readonly args?: readonly string[];
}

/** What goes wrong, every so many requests of a service: the same in every run. */
const TROUBLE: Readonly<Record<ApiName, { readonly every: number; readonly kind: "busy" | "slow" | "hangs up" }>> = {
  geocoding: { every: 4, kind: "busy" },
  weather: { every: 5, kind: "slow" },
  currency: { every: 3, kind: "hangs up" },
};

/** Longer than the gateway waits. */
const SLOW_MS = 4_000;

/** Three services on this machine, each on a port of its own: they want to know who asks, and now and then they fail. */
export async function openWorld({
  out,
  args = [],
}: WorldSettings): Promise<AsyncDisposable & { readonly environment: Record<string, string> }> {
  const down = downOf(args);
  const log = join(out, "requests.log");
  const servers = await Promise.all(API_NAMES.map(async (name) => await listen(service(name, name === down, log))));
  const [geocoding = "", weather = "", currency = ""] = servers.map(({ host }) => host);
  return {
    environment: {
      API_STATE: join(out, "state"),
      ALLOW_PRIVATE: [geocoding, weather, currency].join(","),
      GEOCODING_URL: `http://${geocoding}`,
      WEATHER_URL: `http://${weather}`,
      CURRENCY_URL: `http://${currency}`,
      // One of them can be set to something wrong, to see what happens then.
      ...Object.fromEntries(Object.entries(CREDENTIALS).map(([name, value]) => [name, process.env[name] ?? value])),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(async ({ server }) => await close(server)));
    },
  };
}

function downOf(args: readonly string[]): ApiName | undefined {
  if (args.length === 0) return undefined;
  const [flag, name, ...rest] = args;
  const found = API_NAMES.find((known) => known === name);
  if (flag === "--down" && found !== undefined && rest.length === 0) return found;
  throw new Error(`the example knows "--down ${API_NAMES.join("|")}", and not "${args.join(" ")}"`);
}

function service(name: ApiName, down: boolean, log: string): Server {
  let count = 0;
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    // Tokens are given without trouble, so that what goes wrong does not depend on when they end.
    if (pathname !== "/token") count += 1;
    const { every, kind } = TROUBLE[name];
    const trouble = pathname !== "/token" && count % every === 0 ? kind : "none";
    const answer = down
      ? { status: 500, body: { message: "out of order" } }
      : serviceAnswer(name, { pathname, searchParams, headers: request.headers });
    note(log, `${name.padEnd(9)} ${pathname.padEnd(14)} ${down ? 500 : trouble === "none" ? answer.status : trouble}`);
    if (down || trouble === "none") return send(response, answer);
    if (trouble === "busy")
      return send(response, { status: 503, headers: { "retry-after": "1" }, body: { message: "busy, come back in a second" } });
    if (trouble === "hangs up") return void request.socket.destroy();
    setTimeout(() => send(response, answer), SLOW_MS).unref();
  };
  return createServer((request, response) => {
    request.on("error", () => undefined).resume();
    response.on("error", () => undefined);
    respond(request, response);
  });
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function note(log: string, line: string): void {
  appendFileSync(log, `${new Date().toISOString()} ${line}\n`);
}

async function listen(server: Server): Promise<{ readonly server: Server; readonly host: string }> {
  server.on("connection", (socket) => socket.on("error", () => undefined));
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.on("error", () => undefined);
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}
