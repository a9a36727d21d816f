import { TuttiError } from "../model/errors.ts";
import type { LogLevel } from "../ports/log.ts";

type Level = LogLevel | "silent";

const LEVELS: readonly Level[] = ["trace", "debug", "info", "warn", "error", "silent"];

/**
 * From which level on is logged. TUTTI_LOG_LEVEL outranks LOG_LEVEL, which is meant for any program: what it says counts
 * only if it is one of our levels.
 *
 * @param otherwise - when neither says anything
 * @throws TuttiError `usage` - TUTTI_LOG_LEVEL is no level
 */
export function logLevel(environment: Readonly<Record<string, string | undefined>>, otherwise: Level): Level {
  const own = environment["TUTTI_LOG_LEVEL"] ?? "";
  if (own !== "") {
    const level = levelNamed(own);
    if (level !== undefined) return level;
    throw new TuttiError("usage", `TUTTI_LOG_LEVEL must be one of ${LEVELS.join(", ")}, not "${own}"`, {});
  }
  return levelNamed(environment["LOG_LEVEL"] ?? "") ?? otherwise;
}

function levelNamed(text: string): Level | undefined {
  return LEVELS.find((level) => level === text.toLowerCase());
}
