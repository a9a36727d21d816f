import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

/** Below the ports that systems give to those who ask for any: nobody gets one of these by chance meanwhile. */
const FIRST = 20_000;
const COUNT = 10_000;
const TRIES_MAX = 50;

/**
 * Ports of this machine on which nobody listens, by name. They are those of the last time if they can be, because what a
 * workflow has been told then still holds when it is taken up again.
 *
 * @param path - a file that keeps them
 */
export async function keptPorts<Name extends string>(path: string, names: readonly Name[]): Promise<Readonly<Record<Name, number>>> {
  const before = portsIn(path);
  const ports = {} as Record<Name, number>;
  for (const name of names) {
    const kept = before[name];
    ports[name] = typeof kept === "number" && (await isFree(kept)) ? kept : await freePort();
  }
  writeFileSync(path, `${JSON.stringify(ports)}\n`);
  return ports;
}

function portsIn(path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free among ${TRIES_MAX} from ${FIRST} to ${FIRST + COUNT}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
