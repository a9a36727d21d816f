import { inspect } from "node:util";
import { oneLine } from "./render/safe-text.ts";

/** What is printed about an exception that nobody thought of: its trace only for those who look for its cause. */
export function bugText(error: unknown, environment: Readonly<Record<string, string | undefined>>): string {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const told = `tutti: this is a bug in tutti, please report it: ${message}`;
  const level = environment["TUTTI_LOG_LEVEL"];
  if (level !== "debug" && level !== "trace") return `${told}\n  With TUTTI_LOG_LEVEL=debug the command shows where it happens.`;
  // With the errors that it follows from, as deep as they go.
  return `${told}\n${inspect(error, { depth: null })}`;
}
