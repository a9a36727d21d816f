import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCommand } from "../test/support/built-command.ts";
import { Arrival } from "./arrival.ts";

const SERVER = join(import.meta.dirname, "holding-server.ts");

/**
 * Milliseconds from the start of the `tutti` command until so many calls of `s.hold` have come to the holding server.
 * The command is killed then.
 */
export async function untilHeldMs(calls: number, args: readonly string[], directory: string): Promise<number> {
  await using arrival = await Arrival.open(directory);
  const config = join(directory, "tutti.json");
  const limits = { max_concurrent_calls: calls };
  const server = { command: process.execPath, args: [SERVER, String(calls), arrival.path], ...limits };
  writeFileSync(config, JSON.stringify({ servers: { s: server }, limits }));
  const startMs = performance.now();
  await using command = startCommand([...args, "--config", config, "--data-dir", directory], directory);
  const ended = command.finished.then(({ stderr }) => Promise.reject(new Error(`tutti ${args.join(" ")} ended: ${stderr}`)));
  await Promise.race([arrival.arrived, ended]);
  const tookMs = performance.now() - startMs;
  ended.catch(() => undefined);
  return tookMs;
}

/** Milliseconds from the start of the holding server until it has had one call, which was written to it at once. */
export async function untilServerHoldsMs(directory: string): Promise<number> {
  await using arrival = await Arrival.open(directory);
  const startMs = performance.now();
  const server = spawn(process.execPath, [SERVER, "1", arrival.path], { stdio: ["pipe", "ignore", "inherit"] });
  server.stdin.write('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hold"}}\n');
  await arrival.arrived;
  const tookMs = performance.now() - startMs;
  server.kill("SIGKILL");
  await once(server, "exit");
  return tookMs;
}
