import { once } from "node:events";
import { serveEnvelopeTools, type ServeTransport } from "tutti/server";
import type { ReferenceServer } from "./reference-server.ts";

/** A server, and what it has open: that is closed when the server has ended. */
export interface OpenServer extends AsyncDisposable {
  readonly server: ReferenceServer;
}

/**
 * Serves until whoever started it is gone, or it is told to stop: over stdio, or with `--http [PORT]` over HTTP at `/mcp`
 * beside `/health`, on this machine only. Mistakes in what it is given end it with one line on stderr and exit code 64.
 */
export async function serveReferenceServer(open: () => Promise<OpenServer> | OpenServer, defaultPort: number): Promise<void> {
  try {
    const transport = transportOf(process.argv.slice(2), defaultPort);
    await using opened = await open();
    await using running = await serveEnvelopeTools(opened.server, transport);
    if (running.url !== undefined) process.stderr.write(`${opened.server.name} listens at ${running.url}\n`);
    const stop = new AbortController();
    const told = ["SIGTERM", "SIGINT", "SIGHUP"].map(
      async (name) => await once(process, name, { signal: stop.signal }).catch(() => undefined),
    );
    const gone = transport.kind === "stdio" ? [once(process.stdin, "end", { signal: stop.signal }).catch(() => undefined)] : [];
    const ending = Promise.race([...gone, ...told]).then(endAtLast);
    await Promise.race([running.closed, ...told]);
    stop.abort();
    await ending;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 64;
  }
}

/** Work that hears of nothing must not hold up the end: whatever a server does may be cut off at any time. */
function endAtLast(): void {
  setTimeout(() => process.exit(), END_MS).unref();
}

const END_MS = 1_500;

function transportOf(words: readonly string[], defaultPort: number): ServeTransport {
  const [flag, port = String(defaultPort), ...rest] = words;
  if (flag === undefined) return { kind: "stdio" };
  if (flag !== "--http" || rest.length > 0) throw new Error(`"${words.join(" ")}" is not understood: nothing for stdio, or --http [PORT]`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--http "${port}": a port is a number from 0 (a free one) to 65535`);
  return { kind: "http", port: Number(port) };
}
