import type { LevelWithSilent } from "pino";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { TuttiError } from "../model/errors.ts";

const LEVELS: readonly LevelWithSilent[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * What servers write beside the protocol, as JSON lines, when TUTTI_LOG_LEVEL asks for it: `info` shows all, `warn`
 * only what is strange. Without it, nothing is logged.
 *
 * @throws TuttiError `usage` - there is no such level
 */
export async function openServerLog(level: string | undefined, write: (line: string) => void): Promise<ServerLog> {
  if (level === undefined || level === "") return { write: () => undefined };
  const known = LEVELS.find((each) => each === level);
  if (known === undefined) throw new TuttiError("usage", `TUTTI_LOG_LEVEL must be one of ${LEVELS.join(", ")}, not "${level}"`, {});
  const { pino } = await import("pino");
  const log = pino({ level: known, base: null }, { write: (line: string) => write(line.trimEnd()) });
  return {
    write({ server, source, text }) {
      const strange = source === "stdout" || source === "connection";
      log[strange ? "warn" : "info"]({ server, source }, text);
    },
  };
}
