import type { Refusal } from "./host.ts";
import type { Terminal } from "./terminal.ts";

/** Prints why a command did not do what it was asked, and gives the exit code. */
export function presentRefusal(terminal: Terminal, { text, document, exitCode }: Refusal, json: boolean): number {
  if (json && document !== undefined) terminal.out.write(`${JSON.stringify(document, null, 2)}\n`);
  if (text !== "") terminal.err.write(`${text}\n`);
  return exitCode;
}
