import { oneLine } from "./render/safe-text.ts";

/** What is printed about an exception that nobody thought of: its trace only for those who look for its cause. */
export function bugText(error: unknown, environment: Readonly<Record<string, string | undefined>>): string {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const told = `tutti: this is a bug in tutti, please report it: ${message}`;
  const level = environment["TUTTI_LOG_LEVEL"];
  if (level !== "debug" && level !== "trace") return `${told}\n  With TUTTI_LOG_LEVEL=debug the command shows where it happens.`;
  return error instanceof Error && error.stack !== undefined ? `${told}\n${error.stack}` : told;
}
