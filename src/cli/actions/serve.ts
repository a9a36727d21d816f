import { relative } from "node:path";
import { TuttiError } from "../../model/errors.ts";
import { placesOf, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { span } from "../render/span.ts";

export interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
}

/** `tutti serve`: ends with 0 when it is told to end. */
export async function serve({ host, terminal, signal }: CommandContext, options: ServeOptions): Promise<number> {
  const { err, out } = terminal;
  await using serving = await host.serve({
    ...placesOf(options),
    host: options.host,
    port: readPort(options.port),
    log: (line) => err.write(`${line}\n`),
    signal,
  });
  const { url, dataDirectory, resumed } = serving;
  if (options.json === true) printJson(terminal, { url, data_directory: dataDirectory, pid: process.pid, resumed });
  else {
    const folder = relative(host.workingDirectory, dataDirectory) || ".";
    out.lines([[span("serving "), span(folder, "bold"), span(` at ${url} (/metrics, /health, /live)`)]]);
    if (resumed > 0) out.lines([[span(`${resumed} interrupted ${resumed === 1 ? "execution goes" : "executions go"} on`)]]);
  }
  await serving.stays(signal);
  return 0;
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new TuttiError("usage", `--port takes a whole number from 0 to 65535, not "${text}"`, {});
}
