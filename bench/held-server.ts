import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCommand } from "../test/support/built-command.ts";
import { Arrival } from "./arrival.ts";

/**
 * Milliseconds from the start of the `tutti` command until so many calls of `s.hold` have come to the holding server.
 * The command is killed then.
 */
export async function untilHeldMs(calls: number, args: readonly string[], directory: string): Promise<number> {
  await using arrival = await Arrival.open(directory);
  const config = join(directory, "tutti.json");
  const server = { command: process.execPath, args: [join(import.meta.dirname, "holding-server.ts"), String(calls), arrival.path] };
  const limits = { max_concurrent_calls: Math.max(calls, 1) };
  writeFileSync(config, JSON.stringify({ servers: { s: { ...server, ...limits } }, limits }));
  const startMs = performance.now();
  await using command = startCommand([...args, "--config", config, "--data-dir", directory], directory);
  const ended = command.finished.then(({ stderr }) => Promise.reject(new Error(`tutti ${args.join(" ")} ended: ${stderr}`)));
  await Promise.race([arrival.arrived, ended]);
  const tookMs = performance.now() - startMs;
  ended.catch(() => undefined);
  return tookMs;
}
