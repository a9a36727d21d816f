import { setMaxListeners } from "node:events";
import { bugText } from "../cli/bug-text.ts";
import { Interrupted } from "../cli/interrupted.ts";
import { main } from "../cli/main.ts";
import { Terminal } from "../cli/terminal.ts";
import { EXIT_BUG, EXIT_UNWRITTEN } from "../contract/error-traits.ts";
import { createHost } from "./host.ts";

/**
 * Runs the command line of this process, and ends the process.
 *
 * The first Ctrl-C (or SIGTERM, or the end of the terminal) closes everything in order, within limits; the second ends
 * the process at once. In both cases the processes of servers are gone afterwards, and executions can be resumed.
 */
export async function runCli(args: readonly string[]): Promise<never> {
  const stop = new AbortController();
  // Everything that waits listens to it, and a thousand executions may be followed at once.
  setMaxListeners(0, stop.signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const reason = new Interrupted(signal);
      if (stop.signal.aborted) process.exit(reason.exitCode);
      stop.abort(reason);
    });
  }
  process.on("uncaughtException", endWithBug);
  const terminal = new Terminal(process, process.env);
  const host = { ...createHost(process.env, process.cwd()), ...(await background()) };
  const code = await main(args, { host, terminal, signal: stop.signal });
  const { out, err } = terminal;
  await Promise.all([out.flushed(), err.flushed()]);
  if (out.failure === undefined) process.exit(code);
  err.write(`tutti: cannot write to stdout: ${out.failure.message}\n`);
  process.exit(EXIT_UNWRITTEN);
}

async function background(): Promise<Pick<ReturnType<typeof createHost>, "background">> {
  if (process.send === undefined) return {};
  const { backgroundReport } = await import("./background.ts");
  const report = backgroundReport(process.env);
  return report === undefined ? {} : { background: report };
}

function endWithBug(error: unknown): never {
  process.stderr.write(`${bugText(error, process.env)}\n`);
  process.exit(EXIT_BUG);
}
