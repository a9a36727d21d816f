import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

interface WorldSettings {
  /** Where it may write. */
  readonly out: string;
  readonly args?: readonly string[];
}

type World = AsyncDisposable & { readonly environment: Readonly<Record<string, string>> };

const APIS = ["weather", "currency", "geocoding"];
const SERVERS = ["news-data", "template", "database", "analytics", "workflow", "api-gateway", "notification"];

const USAGE = `the example knows --all-well, --api-down ${APIS.join("|")} and --server-down ${SERVERS.join("|")}`;

/** Dies at the first call: beside the configuration, which names it in place of the server. */
const DYING_SERVER = "servers/start.ts";

/**
 * What is watched from afar: three APIs of this machine, of which geocoding is in trouble unless somebody says otherwise,
 * and a mail server that keeps letters as files in `out/mail/`.
 */
export async function openWorld({ out, args = [] }: WorldSettings): Promise<World> {
  const { apisDown, serversDown } = troublesIn(args);
  const folder = join(out, "mail");
  mkdirSync(folder, { recursive: true });
  const apis = apiServer(apisDown);
  const mail = mailServer(folder);
  await Promise.all([listening(apis, apis), listening(mail, mail.server)]);
  const place = `127.0.0.1:${(apis.address() as AddressInfo).port}`;
  const { port } = mail.server.address() as AddressInfo;
  return {
    environment: {
      MONITORING_STATE: join(out, "state"),
      MONITORING_DASHBOARDS: join(out, "dashboards"),
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      WEATHER_URL: `http://${place}/weather`,
      CURRENCY_URL: `http://${place}/currency`,
      GEOCODING_URL: `http://${place}/geocoding`,
      APIS_PLACE: place,
      ...Object.fromEntries(serversDown.map((name) => [`${name.toUpperCase().replaceAll("-", "_")}_SERVER`, DYING_SERVER])),
    },
    async [Symbol.asyncDispose]() {
      apis.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => apis.close(() => resolve())),
        new Promise<void>((resolve) => mail.close(() => resolve())),
      ]);
    },
  };
}

interface Troubles {
  readonly apisDown: readonly string[];
  readonly serversDown: readonly string[];
}

function troublesIn(args: readonly string[]): Troubles {
  const left = [...args];
  const apisDown: string[] = [];
  const serversDown: string[] = [];
  let allWell = false;
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "--all-well") {
      allWell = true;
      continue;
    }
    const known = word === "--api-down" ? APIS : word === "--server-down" ? SERVERS : [];
    const name = left.shift() ?? "";
    if (!known.includes(name)) throw new Error(`${USAGE}, and not "${`${word} ${name}`.trim()}"`);
    (word === "--api-down" ? apisDown : serversDown).push(name);
  }
  const quiet = allWell || apisDown.length + serversDown.length > 0;
  return { apisDown: quiet ? apisDown : ["geocoding"], serversDown };
}

/** Answers for all three; those that are down say 503. */
function apiServer(down: readonly string[]): Server {
  const server = createServer((request, response) => {
    request.on("error", () => undefined).resume();
    response.on("error", () => undefined);
    const [, name = ""] = (request.url ?? "").split("/");
    const status = down.includes(name) ? 503 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ api: name, ok: status === 200 }));
  });
  server.on("connection", forgiving);
  server.on("clientError", (_error, socket) => void socket.destroy());
  return server;
}

function mailServer(folder: string): SMTPServer {
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    closeTimeout: 500,
    onData(stream, _session, next) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.once("error", next);
      stream.once("end", () => {
        count += 1;
        writeFileSync(join(folder, `${Date.now()}-${count}.eml`), Buffer.concat(parts));
        next();
      });
    },
  });
  // A client that is gone in the middle of a letter is no reason to end.
  server.on("error", () => undefined);
  server.server.on("connection", forgiving);
  return server;
}

function forgiving(socket: Socket): void {
  socket.on("error", () => undefined);
}

async function listening(server: { listen(port: number, host: string): unknown }, emitter: NodeJS.EventEmitter): Promise<void> {
  const done = once(emitter, "listening");
  server.listen(0, "127.0.0.1");
  await done;
}
