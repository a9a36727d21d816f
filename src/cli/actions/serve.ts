import { relative } from "node:path";
import { TuttiError } from "../../model/errors.ts";
import { placesOf, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { span } from "../render/span.ts";

export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly tools: "standard" | "extended";
}

/** `tutti serve`: ends with 0 when it is told to end, also when that is before it has begun. */
export async function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  try {
    await serveUntilTold(context, options);
  } catch (error) {
    if (error !== context.signal.reason) throw error;
  }
  return 0;
}

async function serveUntilTold({ host, terminal, signal }: CommandContext, options: ServeOptions): Promise<void> {
  await using serving = await host.serve({
    ...placesOf(options),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: readPort(options.port) }),
    tools: options.tools,
    log: (line) => terminal.err.write(`${line}\n`),
    signal,
  });
  const { url, dataDirectory, resumed } = serving;
  if (options.json === true) printJson(terminal, { url, data_directory: dataDirectory, pid: process.pid, resumed });
  else {
    const folder = relative(host.workingDirectory, dataDirectory) || ".";
    terminal.out.lines([[span("serving "), span(folder, "bold"), span(` at ${url} (MCP at /mcp and /ws, API at /api/v1)`)]]);
    if (resumed > 0) terminal.out.lines([[span(`${resumed} interrupted ${resumed === 1 ? "execution goes" : "executions go"} on`)]]);
  }
  await serving.stays(signal);
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new TuttiError("usage", `--port takes a whole number from 0 to 65535, not "${text}"`, {});
}
